import { script } from '../script.js';
import { LISTED, MOVE_STATUS } from './move-status.js';

export const createBatch3 = script(
  'create-batch-3',
  `${MOVE_STATUS}${LISTED}
--[[
  Enters a batch that nothing was planned of yet.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)
  KEYS[3] all listed batches (LEX ZSET)

  ARGV[1] id
  ARGV[2] record (JSON)
  ARGV[3] number of items
  ARGV[4] number of chunks
  ARGV[5] '1' when it is listed
  ARGV[6] failed items that end it, '' for none
  ARGV[7] when it expires, milliseconds, '' for never
  ARGV[8] '1' when it is restored and has parts yet to be counted
  ARGV[9...] more fields of the batch and their values

  Returns 1, or 0 when there is such a batch already (nothing is changed then).
]]
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'status', 'validating', 'total', ARGV[3],
  'chunks', ARGV[4], 'succeeded', 0, 'failed', 0, 'cancelled', 0, 'planned', 0, 'counted', 0,
  'offset', 0)
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[1], 'errorLimit', ARGV[6])
end
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[1], 'expiresAt', ARGV[7])
end
if ARGV[8] == '1' then
  redis.call('HSET', KEYS[1], 'restoring', 1)
end
if #ARGV > 8 then
  redis.call('HSET', KEYS[1], unpack(ARGV, 9))
end
enlist(KEYS[1], KEYS[2], ARGV[1], 'validating')
if ARGV[5] == '1' then
  list(KEYS[1], KEYS[3], ARGV[1])
end
return 1
`,
);
