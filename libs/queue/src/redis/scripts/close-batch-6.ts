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
  KEYS[5] counted chunks of the round (BITMAP); the same as KEYS[2] in the first
  KEYS[6] messages to be queued (HASH)

  ARGV[1] id
  ARGV[2] final status
  ARGV[3] items succeeded
  ARGV[4] items failed
  ARGV[5] items cancelled
  ARGV[6] seconds after which the batch is forgotten here, '' for never
  ARGV[7] round
  ARGV[8] rounds after the first (JSON), '' for none
  ARGV[9] error (JSON), '' for none
  ARGV[10] why items were not run, '' when all were
  ARGV[11] body of the message about it, '' for none

  Returns 1, or 0 when it is closed already, in another round, or gone.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'sealed', 'closingAt')
local status = state[1]
if not status or not state[2] or is_final(status) or not same_round(KEYS[1], ARGV[7]) then
  return 0
end
move(KEYS[1], KEYS[4], ARGV[1], status, ARGV[2])
redis.call('HSET', KEYS[1], 'succeeded', ARGV[3], 'failed', ARGV[4], 'cancelled', ARGV[5],
  'finishedAt', state[3])
redis.call('HDEL', KEYS[1], 'window', 'offset', 'closingAt')
if ARGV[8] ~= '' then
  redis.call('HSET', KEYS[1], 'retries', ARGV[8])
end
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[1], 'error', ARGV[9])
end
if ARGV[10] ~= '' then
  redis.call('HSET', KEYS[1], 'stop', ARGV[10])
end
redis.call('DEL', KEYS[3])
if KEYS[5] ~= KEYS[2] then
  redis.call('DEL', KEYS[5])
end
if ARGV[2] == 'completed' then
  -- Every bit is set: the bitmap says nothing any more.
  redis.call('DEL', KEYS[2])
end
if ARGV[6] ~= '' then
  delist(KEYS[1], KEYS[4], ARGV[1], ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[6])
  redis.call('EXPIRE', KEYS[2], ARGV[6])
end
if ARGV[11] ~= '' then
  announce(KEYS[1], KEYS[6], ARGV[1], ARGV[11])
end
return 1
`,
);
