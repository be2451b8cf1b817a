import { script } from '../script.js';

export const reserveKey1 = script(
  'reserve-key-1',
  `
--[[
  Reserves a batch id for an idempotency key, before anything is stored under it. Whoever dies after that
  leaves the id to who comes with the key again.

  KEYS[1] idempotency key (HASH)

  ARGV[1] id to reserve when the key has none
  ARGV[2] lease: a text of the caller's own
  ARGV[3] how long the lease lasts, milliseconds
  ARGV[4] how long the key is kept, seconds

  Returns {id, digest, reserved}: digest is that of the request that made the batch, '' while there is none;
  reserved is 1 when the caller has the lease now.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local entry = redis.call('HMGET', KEYS[1], 'id', 'digest', 'until')
local id = entry[1] or ARGV[1]
if entry[2] then
  return {id, entry[2], 0}
end
if entry[3] and tonumber(entry[3]) > now then
  return {id, '', 0}
end
redis.call('HSET', KEYS[1], 'id', id, 'lease', ARGV[2], 'until',
  string.format('%.0f', now + ARGV[3]))
redis.call('EXPIRE', KEYS[1], ARGV[4])
return {id, '', 1}
`,
);
