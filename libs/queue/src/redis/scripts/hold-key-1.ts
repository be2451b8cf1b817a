import { script } from '../script.js';

export const holdKey1 = script(
  'hold-key-1',
  `
--[[
  Prolongs, settles or gives up the lease of an idempotency key, if the caller still has it.

  KEYS[1] idempotency key (HASH)

  ARGV[1] lease
  ARGV[2] 'prolong', 'settle' (the batch is made), 'leave' (another try may begin at once, with the same id)
          or 'drop' (nothing was made: the key is free)
  ARGV[3] prolong: for how long, milliseconds; settle: digest of the request
  ARGV[4] settle: how long the key is kept from now on, seconds

  Returns 1, or 0 when the lease is another's.
]]
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then
  return 0
end
if ARGV[2] == 'prolong' then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[3]))
elseif ARGV[2] == 'settle' then
  redis.call('HSET', KEYS[1], 'digest', ARGV[3])
  redis.call('HDEL', KEYS[1], 'lease', 'until')
  redis.call('EXPIRE', KEYS[1], ARGV[4])
elseif ARGV[2] == 'leave' then
  redis.call('HDEL', KEYS[1], 'lease', 'until')
else
  redis.call('DEL', KEYS[1])
end
return 1
`,
);
