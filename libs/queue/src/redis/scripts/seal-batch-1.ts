import { script } from '../script.js';

export const sealBatch1 = script(
  'seal-batch-1',
  `
--[[
  Seals a batch that is about to be closed: no chunk is counted from now on.

  KEYS[1] batch (HASH)

  ARGV[1] now, milliseconds

  Returns when it was sealed first, in milliseconds; false when there is no such batch.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
redis.call('HSET', KEYS[1], 'sealed', 1)
redis.call('HSETNX', KEYS[1], 'closingAt', ARGV[1])
return redis.call('HGET', KEYS[1], 'closingAt')
`,
);
