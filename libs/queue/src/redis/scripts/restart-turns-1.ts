import { script } from '../script.js';

export const restartTurns1 = script(
  'restart-turns-1',
  `
--[[
  Counts turns anew from 0, once, when those that wait are about to be moved there.

  KEYS[1] turns (HASH)

  Returns the turn that is 0 now; 0 when it was that already.
]]
local turns = redis.call('HMGET', KEYS[1], 'now', 'era')
local now = tonumber(turns[1] or '0')
if now > 0 then
  redis.call('HSET', KEYS[1], 'now', 0, 'era', tonumber(turns[2] or '0') + 1, 'new', 0)
end
return now
`,
);
