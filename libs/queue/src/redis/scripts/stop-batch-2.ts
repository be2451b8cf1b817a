import { script } from '../script.js';
import { MOVE_STATUS } from './move-status.js';

export const stopBatch2 = script(
  'stop-batch-2',
  `${MOVE_STATUS}
--[[
  Has a batch stopped; the first reason stands, and repeating it changes nothing.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)

  ARGV[1] id
  ARGV[2] reason: 'cancelled', 'expired' or 'error_threshold'
  ARGV[3] now, milliseconds
  ARGV[4] the time to which the batch was to run, as who stops it saw it; '' when it is stopped for another
          reason. A batch that has another time now is left alone.

  Returns the status before it; false when there is no such batch.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'expiresAt')
local status = state[1]
if ARGV[4] ~= '' and state[2] ~= ARGV[4] then
  return status
end
if status == 'validating' or status == 'in_progress' then
  move(KEYS[1], KEYS[2], ARGV[1], status, 'cancelling')
  redis.call('HSET', KEYS[1], 'stop', ARGV[2])
  if ARGV[2] == 'cancelled' then
    redis.call('HSET', KEYS[1], 'cancelRequestedAt', ARGV[3])
  end
end
return status
`,
);
