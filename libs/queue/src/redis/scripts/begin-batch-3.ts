import { script } from '../script.js';
import { MOVE_STATUS } from './move-status.js';
import { SAME_ROUND } from './same-round.js';

export const beginBatch3 = script(
  'begin-batch-3',
  `${MOVE_STATUS}${SAME_ROUND}
--[[
  Lets the planning of a round begin (or go on): validating becomes in_progress, if its items are read.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)
  KEYS[3] samples (LIST)

  ARGV[1] id
  ARGV[2] now, milliseconds
  ARGV[3] window: the most chunks queued and not counted
  ARGV[4] round

  Returns the status after it; false when there is no such batch, or another round is under way.
]]
if not same_round(KEYS[1], ARGV[4]) then
  return false
end
local state = redis.call('HMGET', KEYS[1], 'status', 'chunks', 'succeeded', 'failed', 'cancelled')
local status = state[1]
if status == 'validating' and state[2] ~= '0' then
  status = 'in_progress'
  move(KEYS[1], KEYS[2], ARGV[1], 'validating', status)
  redis.call('HSETNX', KEYS[1], 'startedAt', ARGV[2])
  if redis.call('EXISTS', KEYS[3]) == 0 then
    local time = redis.call('TIME')
    redis.call('RPUSH', KEYS[3], string.format('%.0f:%.0f', time[1] * 1000 + math.floor(time[2] / 1000),
      state[3] + state[4] + state[5]))
  end
end
if status == 'in_progress' then
  redis.call('HSET', KEYS[1], 'window', ARGV[3])
end
return status
`,
);
