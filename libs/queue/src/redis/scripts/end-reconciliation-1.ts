import { script } from '../script.js';

export const endReconciliation1 = script(
  'end-reconciliation-1',
  `
--[[
  Records the end of a reconciliation. It counts as done unless Redis lost its beginning meanwhile, or
  another was asked for or begun since.

  KEYS[1] reconciliation (HASH)

  ARGV[1] the run that ends
  ARGV[2] report (JSON)
  ARGV[3] which Redis it was; '' when it is to be done again

  Returns 1 when it counts as done, else 0.
]]
local run = redis.call('HGET', KEYS[1], 'run')
if run and run ~= ARGV[1] and run ~= '' then
  return 0
end
redis.call('HSET', KEYS[1], 'report', ARGV[2])
if run ~= ARGV[1] or ARGV[3] == '' then
  return 0
end
redis.call('HSET', KEYS[1], 'server', ARGV[3])
return 1
`,
);
