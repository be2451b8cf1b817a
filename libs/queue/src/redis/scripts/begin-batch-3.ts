import { script } from '../script.js';
import { MOVE_STATUS } from './move-status.js';

export const beginBatch3 = script(
  'begin-batch-3',
  `${MOVE_STATUS}
--[[
  Lets the planning of a batch begin (or go on): validating becomes in_progress.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)
  KEYS[3] samples (LIST)

  ARGV[1] id
  ARGV[2] now, milliseconds
  ARGV[3] window: the most chunks queued and not counted

  Returns the status after it; false when there is no such batch.
]]
local status = redis.call('HGET', KEYS[1], 'status')
if status == 'validating' then
  status = 'in_progress'
  move(KEYS[1], KEYS[2], ARGV[1], 'validating', status)
  redis.call('HSETNX', KEYS[1], 'startedAt', ARGV[2])
  if redis.call('EXISTS', KEYS[3]) == 0 then
    local time = redis.call('TIME')
    redis.call('RPUSH', KEYS[3], (time[1] * 1000 + math.floor(time[2] / 1000)) .. ':0')
  end
end
if status == 'in_progress' then
  redis.call('HSET', KEYS[1], 'window', ARGV[3])
end
return status
`,
);
