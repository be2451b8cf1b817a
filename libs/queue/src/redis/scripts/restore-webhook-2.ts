import { script } from '../script.js';
import { ANNOUNCE } from './announce.js';

export const restoreWebhook2 = script(
  'restore-webhook-2',
  `${ANNOUNCE}
--[[
  Enters how the message about a closed batch stands, once the batch itself was entered again: it is to be
  sent unless it was settled.

  KEYS[1] batch (HASH)
  KEYS[2] messages to be queued (HASH)

  ARGV[1] id of the batch
  ARGV[2] body of its message
  ARGV[3] id of the last message that was settled, '' for none
  ARGV[4] how: 'delivered' or 'failed'
  ARGV[5] the tries up to then, one a line

  Returns 1; 0 when there is no such batch, or its message is known.
]]
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'webhookMessage') == 1 then
  return 0
end
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], 'deliveries', ARGV[5])
end
announce(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
local message = redis.call('HGET', KEYS[1], 'webhookMessage')
if message == ARGV[3] then
  redis.call('HDEL', KEYS[2], message)
  redis.call('HSET', KEYS[1], 'webhookState', ARGV[4])
end
return 1
`,
);
