import { script } from '../script.js';
import { SAME_ROUND } from './same-round.js';

export const storeCursor1 = script(
  'store-cursor-1',
  `${SAME_ROUND}
--[[
  Stores how far a batch is planned, unless another planner has moved on meanwhile.

  KEYS[1] batch (HASH)

  ARGV[1] chunks planned before
  ARGV[2] chunks planned now
  ARGV[3] byte offset in the manifest of the first chunk not planned
  ARGV[4] round

  Returns {1 when stored else 0, status, chunks counted}; {0, false, 0} when there is no such batch,
  or it is in another round.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'planned', 'counted')
if not state[1] or not same_round(KEYS[1], ARGV[4]) then
  return {0, false, 0}
end
if state[2] ~= ARGV[1] then
  return {0, state[1], tonumber(state[3])}
end
redis.call('HSET', KEYS[1], 'planned', ARGV[2], 'offset', ARGV[3])
return {1, state[1], tonumber(state[3])}
`,
);
