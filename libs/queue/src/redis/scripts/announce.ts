/**
 * Lua function `announce(batch, messages, id, body)`, put in front of the scripts that give a batch its final
 * status: notes the message about it, to be queued and sent. A batch has one message for each of its rounds,
 * whose id is always the same. Keys are the caller's KEYS.
 */
export const ANNOUNCE = `
local function announce(batch, messages, id, body)
  local message = 'msg_' .. id .. '_' .. (redis.call('HGET', batch, 'round') or '1')
  redis.call('HSET', batch, 'webhookMessage', message, 'webhookState', 'delivering')
  redis.call('HSET', messages, message, body)
end
`;
