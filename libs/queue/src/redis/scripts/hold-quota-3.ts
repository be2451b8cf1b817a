import { script } from '../script.js';

export const holdQuota3 = script(
  'hold-quota-3',
  `
--[[
  Counts what a tenant has open, from the state of its batches and what is about to be accepted, and notes
  something more that is, if that leaves it within its limits. Noting it again takes the place of what was noted.

  Beside KEYS it reads the hashes of the tenant's open batches, which are of the same slot.

  KEYS[1] the tenant's batches by status (LEX ZSET)
  KEYS[2] its classifications by status (LEX ZSET)
  KEYS[3] its reservations (HASH of '<batches>:<items>:<until>')

  ARGV[1] id of what is about to be accepted; once there is a batch with it, that counts instead
  ARGV[2] batches that it adds
  ARGV[3] items that it adds
  ARGV[4] the most open batches, '' for any number
  ARGV[5] the most items of them, '' for any number
  ARGV[6] for how long it is noted, milliseconds
  ARGV[7] what the keys of the hashes of batches begin with

  Returns {noted, batches, items}: noted is 1 or 0, the others are what was open without it.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local batches, items = 0, 0
for _, status in ipairs({'validating', 'in_progress', 'cancelling', 'finalizing'}) do
  local from, to = '[' .. status .. ':', '(' .. status .. ':~'
  if ARGV[5] == '' then
    batches = batches + redis.call('ZLEXCOUNT', KEYS[1], from, to)
  else
    for _, entry in ipairs(redis.call('ZRANGE', KEYS[1], from, to, 'BYLEX')) do
      batches = batches + 1
      local state = redis.call('HMGET', ARGV[7] .. string.sub(entry, #status + 2),
        'total', 'round', 'items', 'mostItems')
      local ran = tonumber(state[3] or '0')
      if not state[2] then
        items = items + (state[1] or 0)
      elseif ran > 0 then
        items = items + ran
      else
        items = items + (state[4] or 0)
      end
    end
  end
end
items = items + redis.call('ZCARD', KEYS[2])
local notes = redis.call('HGETALL', KEYS[3])
for n = 1, #notes, 2 do
  local id = notes[n]
  local more, these, till = string.match(notes[n + 1], '^(%d+):(%d+):(%d+)$')
  if tonumber(till) <= now or redis.call('EXISTS', ARGV[7] .. id) == 1 then
    redis.call('HDEL', KEYS[3], id)
  elseif id ~= ARGV[1] then
    batches, items = batches + more, items + these
  end
end
if (ARGV[2] ~= '0' and ARGV[4] ~= '' and batches + ARGV[2] > tonumber(ARGV[4]))
  or (ARGV[5] ~= '' and items + ARGV[3] > tonumber(ARGV[5])) then
  return {0, batches, items}
end
redis.call('HSET', KEYS[3], ARGV[1],
  string.format('%d:%d:%.0f', ARGV[2], ARGV[3], now + ARGV[6]))
if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[6]) then
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
return {1, batches, items}
`,
);
