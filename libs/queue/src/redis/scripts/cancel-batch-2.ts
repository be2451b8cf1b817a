import { script } from '../script.js';
import { MOVE_STATUS } from './move-status.js';

export const cancelBatch2 = script(
  'cancel-batch-2',
  `${MOVE_STATUS}
--[[
  Asks for a batch to be stopped; repeating it changes nothing.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)

  ARGV[1] id
  ARGV[2] now, milliseconds

  Returns the status before it; false when there is no such batch.
]]
local status = redis.call('HGET', KEYS[1], 'status')
if status == 'validating' or status == 'in_progress' then
  move(KEYS[1], KEYS[2], ARGV[1], status, 'cancelling')
  redis.call('HSET', KEYS[1], 'cancelRequestedAt', ARGV[2])
end
return status
`,
);
