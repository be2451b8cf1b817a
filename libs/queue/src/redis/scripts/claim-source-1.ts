import { script } from '../script.js';

export const claimSource1 = script(
  'claim-source-1',
  `
--[[
  Lets someone read the source of a batch that waits for it. Who claims it last is who may record the total:
  one who was thought dead and is not finds its claim gone.

  KEYS[1] batch (HASH)

  ARGV[1] claim

  Returns the record (JSON); false when the batch waits for no source any more, or is gone.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'total', 'record')
if state[1] ~= 'validating' or state[2] ~= '0' then
  return false
end
redis.call('HSET', KEYS[1], 'claim', ARGV[1])
return state[3]
`,
);
