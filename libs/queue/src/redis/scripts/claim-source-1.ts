import { script } from '../script.js';

export const claimSource1 = script(
  'claim-source-1',
  `
--[[
  Lets someone read what a batch waits for: its source, or in a later round its outcomes. Who claims it last is who may record the total:
  one who was thought dead and is not finds its claim gone.

  KEYS[1] batch (HASH)

  ARGV[1] claim

  Returns 1; 0 when the batch waits for nothing to be read any more, or is gone.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'chunks')
if state[1] ~= 'validating' or state[2] ~= '0' then
  return 0
end
redis.call('HSET', KEYS[1], 'claim', ARGV[1])
return 1
`,
);
