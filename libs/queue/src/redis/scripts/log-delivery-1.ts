import { script } from '../script.js';

export const logDelivery1 = script(
  'log-delivery-1',
  `
--[[
  Records a try to deliver a message about a batch, and how it stands after it. The last twenty tries are kept.

  KEYS[1] batch (HASH)

  ARGV[1] id of the message
  ARGV[2] the try (JSON in one line)
  ARGV[3] 'delivering', 'delivered' or 'failed'

  Returns the tries that are kept, one a line; false when there is no such batch.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local tries = redis.call('HGET', KEYS[1], 'deliveries')
tries = tries and tries .. '\\n' .. ARGV[2] or ARGV[2]
local _, count = string.gsub(tries, '\\n', '')
for _ = 1, count - 19 do
  tries = string.gsub(tries, '^[^\\n]*\\n', '', 1)
end
redis.call('HSET', KEYS[1], 'deliveries', tries)
-- The batch may have been run again meanwhile: then it tells of its newer message.
if redis.call('HGET', KEYS[1], 'webhookMessage') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'webhookState', ARGV[3])
end
return tries
`,
);
