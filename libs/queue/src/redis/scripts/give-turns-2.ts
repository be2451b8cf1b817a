import { script } from '../script.js';

export const giveTurns2 = script(
  'give-turns-2',
  `
--[[
  Gives the next chunks of a batch their turns (start-time fair queueing): they follow the batch's own last
  turn, but never begin before the turn that is up now; those of a new batch begin before it, and before
  whatever waits for it. New batches follow each other too, or a stream of small ones would keep all others
  waiting. Turns count from 0 again once nothing waits.

  KEYS[1] turns (HASH): now, where the next new batch may begin, and the era, which changes when turns are
          counted anew
  KEYS[2] batch (HASH)

  ARGV[1] turn of the chunk that is next in the queue, '' when none waits
  ARGV[2] number of chunks
  ARGV[3] how far apart the turns of this batch are
  ARGV[4] how many turns it takes if it is new: so far before the turn that is up it begins, and so far
          behind it the next new batch may
  ARGV[5] the last turn there is

  Returns the turn of the first one; -1 when they would go beyond the last turn there is.
]]
local turns = redis.call('HMGET', KEYS[1], 'now', 'era', 'new')
local now, era = tonumber(turns[1] or '0'), tonumber(turns[2] or '0')
local new = tonumber(turns[3] or '0')
if ARGV[1] == '' then
  if now > 0 then
    now, era, new = 0, era + 1, 0
    redis.call('HSET', KEYS[1], 'new', 0)
  end
else
  now = math.max(now, tonumber(ARGV[1]))
end
local batch = redis.call('HMGET', KEYS[2], 'turn', 'era')
local first
if batch[1] and tonumber(batch[2]) == era then
  first = math.max(now, tonumber(batch[1]))
else
  first = math.max(now - ARGV[4], new)
  new = first + ARGV[4]
end
local after = first + ARGV[2] * ARGV[3]
redis.call('HSET', KEYS[1], 'now', now, 'era', era)
if after > tonumber(ARGV[5]) then
  return -1
end
redis.call('HSET', KEYS[1], 'new', new)
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HSET', KEYS[2], 'turn', after, 'era', era)
end
return first
`,
);
