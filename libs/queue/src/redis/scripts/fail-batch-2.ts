import { script } from '../script.js';
import { IS_FINAL } from './is-final.js';
import { MOVE_STATUS } from './move-status.js';
import { SAME_ROUND } from './same-round.js';

export const failBatch2 = script(
  'fail-batch-2',
  `${MOVE_STATUS}${IS_FINAL}${SAME_ROUND}
--[[
  Records why a batch as a whole cannot go on; it is then stopped and closed as failed. The first error
  stands, unless it is only that too many items failed, and a closed batch is left alone.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)

  ARGV[1] id
  ARGV[2] error (JSON)
  ARGV[3] round that cannot go on

  Returns the status after it; false when there is no such batch.
]]
local status = redis.call('HGET', KEYS[1], 'status')
if not status or is_final(status) then
  return status
end
if not same_round(KEYS[1], ARGV[3]) then
  return status
end
local error = redis.call('HGET', KEYS[1], 'error')
if not error or cjson.decode(error).code == 'ERROR_THRESHOLD_REACHED' then
  redis.call('HSET', KEYS[1], 'error', ARGV[2])
end
if status ~= 'finalizing' then
  move(KEYS[1], KEYS[2], ARGV[1], status, 'finalizing')
end
return 'finalizing'
`,
);
