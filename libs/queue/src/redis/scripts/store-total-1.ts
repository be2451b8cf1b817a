import { script } from '../script.js';

export const storeTotal1 = script(
  'store-total-1',
  `
--[[
  Records how many items a batch has, once its source was read and its manifest is stored. It may be
  stopped meanwhile, and then has that many items to cancel.

  KEYS[1] batch (HASH)

  ARGV[1] claim
  ARGV[2] record (JSON), which has the total
  ARGV[3] number of items
  ARGV[4] number of chunks
  ARGV[5] failed items that end it, '' for none

  Returns 1; 0 when the claim is another's, the batch is sealed already, or it is gone.
]]
local state = redis.call('HMGET', KEYS[1], 'claim', 'sealed')
if state[1] ~= ARGV[1] or state[2] then
  return 0
end
redis.call('HDEL', KEYS[1], 'claim')
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'total', ARGV[3], 'chunks', ARGV[4])
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], 'errorLimit', ARGV[5])
end
return 1
`,
);
