import { script } from '../script.js';
import { IS_FINAL } from './is-final.js';
import { MOVE_STATUS } from './move-status.js';
import { SAME_ROUND } from './same-round.js';

export const beginRound3 = script(
  'begin-round-3',
  `${MOVE_STATUS}${IS_FINAL}${SAME_ROUND}
--[[
  Opens a closed batch for another round, whose items are yet to be read. Its outcomes stay as they are.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)
  KEYS[3] counted chunks of the first round (BITMAP)

  ARGV[1] id
  ARGV[2] the round that is over, as the caller saw it
  ARGV[3] the new round
  ARGV[4] rounds after the first, the new one with them (JSON)
  ARGV[5] how the batch had ended (JSON)
  ARGV[6] chunks of the batch
  ARGV[7] when the round expires, milliseconds, '' for never
  ARGV[8] the most items that it can have

  Returns 1, or 0 when the batch is not closed, in another round, or gone.
]]
local status = redis.call('HGET', KEYS[1], 'status')
if not status or not is_final(status) or not same_round(KEYS[1], ARGV[2]) then
  return 0
end
move(KEYS[1], KEYS[2], ARGV[1], status, 'validating')
redis.call('HSET', KEYS[1], 'round', ARGV[3], 'retries', ARGV[4], 'before', ARGV[5],
  'chunks', 0, 'planned', 0, 'counted', 0, 'offset', 0, 'items', 0, 'mostItems', ARGV[8])
redis.call('HDEL', KEYS[1], 'sealed', 'closingAt', 'finishedAt', 'error', 'stop', 'errorLimit',
  'kept', 'expiresAt', 'cancelRequestedAt', 'claim')
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[1], 'expiresAt', ARGV[7])
end
if status == 'completed' then
  -- Every chunk has a part, and how this round will end is not known.
  local chunks = tonumber(ARGV[6])
  local bits = string.rep(string.char(255), math.floor(chunks / 8))
  if chunks % 8 > 0 then
    bits = bits .. string.char(256 - 2 ^ (8 - chunks % 8))
  end
  redis.call('SET', KEYS[3], bits)
end
return 1
`,
);
