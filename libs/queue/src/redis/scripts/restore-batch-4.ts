import { script } from '../script.js';

export const restoreBatch4 = script(
  'restore-batch-4',
  `
--[[
  Enters a batch that was closed before Redis lost it, in one step: nobody sees it on the way.

  KEYS[1] batch (HASH)
  KEYS[2] index of listed batches by status (LEX ZSET)
  KEYS[3] all listed batches (LEX ZSET)
  KEYS[4] counted chunks of the first round (BITMAP)

  ARGV[1] id
  ARGV[2] status
  ARGV[3] which chunks have a part, in hexadecimal; '' for none
  ARGV[4] and on: fields of the batch and their values

  Returns 1, or 0 when there is such a batch already (nothing is changed then).
]]
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'status', ARGV[2])
for n = 4, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[n], ARGV[n + 1])
end
if ARGV[3] ~= '' then
  local bits = string.gsub(ARGV[3], '..', function(byte) return string.char(tonumber(byte, 16)) end)
  redis.call('SET', KEYS[4], bits)
end
redis.call('ZADD', KEYS[2], 0, ARGV[2] .. ':' .. ARGV[1])
redis.call('ZADD', KEYS[3], 0, ARGV[1])
return 1
`,
);
