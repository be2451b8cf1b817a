import { script } from '../script.js';
import { ANNOUNCE } from './announce.js';
import { IS_FINAL } from './is-final.js';
import { MOVE_STATUS } from './move-status.js';
import { SAME_ROUND } from './same-round.js';

export const closeBatch6 = script(
  'close-batch-6',
  `${MOVE_STATUS}${IS_FINAL}${SAME_ROUND}${ANNOUNCE}
--[[
  Gives a sealed batch its final status and counts, and drops what only a running batch needs.

  KEYS[1] batch (HASH)
  KEYS[2] counted chunks (BITMAP)
  KEYS[3] samples (LIST)
  KEYS[4] index by status of its kind (LEX ZSET)
  KEYS[5] messages to be queued (HASH)
  KEYS[6] counted chunks of the round (BITMAP); the same as KEYS[2] in the first

  ARGV[1] id
  ARGV[2] final status
  ARGV[3] items succeeded
  ARGV[4] items failed
  ARGV[5] items cancelled
  ARGV[6] seconds after which the batch is forgotten here, '' for never
  ARGV[7] body of the message about it, '' for none
  ARGV[8] round
  ARGV[9] rounds after the first (JSON), '' for none
  ARGV[10] error (JSON), '' for none
  ARGV[11] why it was stopped, '' when it was not

  Returns 1, or 0 when it is closed already, in another round, or gone.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'sealed', 'closingAt')
local status = state[1]
if not status or not state[2] or is_final(status) or not same_round(KEYS[1], ARGV[8]) then
  return 0
end
move(KEYS[1], KEYS[4], ARGV[1], status, ARGV[2])
redis.call('HSET', KEYS[1], 'succeeded', ARGV[3], 'failed', ARGV[4], 'cancelled', ARGV[5],
  'finishedAt', state[3])
redis.call('HDEL', KEYS[1], 'window', 'offset', 'closingAt')
local function set(field, value)
  if value ~= '' then
    redis.call('HSET', KEYS[1], field, value)
  end
end
set('retries', ARGV[9])
set('error', ARGV[10])
set('stop', ARGV[11])
redis.call('DEL', KEYS[3])
if KEYS[6] ~= KEYS[2] then
  redis.call('DEL', KEYS[6])
end
if ARGV[2] == 'completed' then
  -- Every bit is set: the bitmap says nothing any more.
  redis.call('DEL', KEYS[2])
end
if ARGV[6] ~= '' then
  redis.call('ZREM', KEYS[4], ARGV[2] .. ':' .. ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[6])
  redis.call('EXPIRE', KEYS[2], ARGV[6])
end
if ARGV[7] ~= '' then
  announce(KEYS[1], KEYS[5], ARGV[1], ARGV[7])
end
return 1
`,
);
