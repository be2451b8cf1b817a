import { script } from '../script.js';
import { IS_FINAL } from './is-final.js';
import { SAME_ROUND } from './same-round.js';

export const sealBatch1 = script(
  'seal-batch-1',
  `${IS_FINAL}${SAME_ROUND}
--[[
  Seals a batch that is about to be closed: no chunk is counted from now on.

  KEYS[1] batch (HASH)

  ARGV[1] now, milliseconds
  ARGV[2] round

  Returns when it was sealed first, in milliseconds; false when there is no such batch, it is closed,
  or it is in another round.
]]
local status = redis.call('HGET', KEYS[1], 'status')
if not status or is_final(status) or not same_round(KEYS[1], ARGV[2]) then
  return false
end
redis.call('HSET', KEYS[1], 'sealed', 1)
redis.call('HSETNX', KEYS[1], 'closingAt', ARGV[1])
return redis.call('HGET', KEYS[1], 'closingAt')
`,
);
