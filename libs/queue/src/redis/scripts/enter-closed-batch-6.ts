import { script } from '../script.js';
import { ANNOUNCE } from './announce.js';
import { LISTED, MOVE_STATUS } from './move-status.js';

export const enterClosedBatch6 = script(
  'enter-closed-batch-6',
  `${MOVE_STATUS}${LISTED}${ANNOUNCE}
--[[
  Enters a batch that was closed, in one step: with its final status, so that nobody takes it for one that
  is to be run, or as one that was opened again for a retry.

  KEYS[1] batch (HASH)
  KEYS[2] index by status of its kind (LEX ZSET)
  KEYS[3] all listed batches (LEX ZSET)
  KEYS[4] counted chunks (BITMAP)
  KEYS[5] retention (ZSET)
  KEYS[6] messages to be queued (HASH)

  ARGV[1] id
  ARGV[2] status
  ARGV[3] when it is to be deleted, milliseconds; '' for never
  ARGV[4] bits of the chunks that have their part, '' when that is each
  ARGV[5] body of the message about it, '' for none
  ARGV[6] id of the message that was settled last, '' for none: that is not sent again
  ARGV[7] how it was settled: 'delivered' or 'failed'
  ARGV[8...] fields of the batch and their values

  Returns 1, or 0 when there is such a batch already (nothing is changed then).
]]
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'status', ARGV[2], unpack(ARGV, 8))
enlist(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
list(KEYS[1], KEYS[3], ARGV[1])
if ARGV[4] ~= '' then
  redis.call('SET', KEYS[4], ARGV[4])
end
if ARGV[3] ~= '' then
  redis.call('ZADD', KEYS[5], ARGV[3], ARGV[1])
end
if ARGV[5] ~= '' then
  announce(KEYS[1], KEYS[6], ARGV[1], ARGV[5])
  if redis.call('HGET', KEYS[1], 'webhookMessage') == ARGV[6] then
    redis.call('HDEL', KEYS[6], ARGV[6])
    redis.call('HSET', KEYS[1], 'webhookState', ARGV[7])
  end
end
return 1
`,
);
