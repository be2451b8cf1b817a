import { script } from '../script.js';
import { MOVE_STATUS } from './move-status.js';

export const startRound2 = script(
  'start-round-2',
  `${MOVE_STATUS}
--[[
  Takes the outcomes back of the items that a round runs again, once its manifest is stored. A round without
  items is over at once. It may be stopped meanwhile, and then has that many items to give an outcome again.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)

  ARGV[1] id
  ARGV[2] claim
  ARGV[3] items that were failed
  ARGV[4] items that were cancelled
  ARGV[5] items of the round
  ARGV[6] chunks of the round
  ARGV[7] rounds after the first, with how many items this one has (JSON)
  ARGV[8] now, milliseconds
  ARGV[9] failed items of the round that end it, '' for none

  Returns 1; 0 when the claim is another's, the batch is sealed already, or it is gone.
]]
local state = redis.call('HMGET', KEYS[1], 'claim', 'sealed', 'status')
if state[1] ~= ARGV[2] or state[2] then
  return 0
end
redis.call('HDEL', KEYS[1], 'claim')
local kept = redis.call('HINCRBY', KEYS[1], 'failed', 0 - ARGV[3])
redis.call('HINCRBY', KEYS[1], 'cancelled', 0 - ARGV[4])
redis.call('HSET', KEYS[1], 'items', ARGV[5], 'chunks', ARGV[6], 'retries', ARGV[7], 'kept', kept)
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[1], 'errorLimit', ARGV[9])
end
if ARGV[5] == '0' and state[3] == 'validating' then
  move(KEYS[1], KEYS[2], ARGV[1], state[3], 'finalizing')
  redis.call('HSET', KEYS[1], 'sealed', 1, 'closingAt', ARGV[8])
end
return 1
`,
);
