import { script } from '../script.js';
import { LISTED, MOVE_STATUS } from './move-status.js';

export const buryBatch5 = script(
  'bury-batch-5',
  `${MOVE_STATUS}${LISTED}
--[[
  Takes a closed batch out of everybody's sight, so that what it wrote can be deleted. What is left in its
  place keeps it from being entered again.

  KEYS[1] batch (HASH); once buried it has 'deleting', its record, and 'erased' when that is done
  KEYS[2] index by status of its kind (LEX ZSET)
  KEYS[3] all listed batches (LEX ZSET)
  KEYS[4] retention (ZSET)
  KEYS[5] deletions (ZSET)

  ARGV[1] id
  ARGV[2] now, milliseconds
  ARGV[3] record (JSON) of one that is not known and is to be deleted all the same, else ''

  Returns {'buried', record} also when it was before; {'gone'} when it is deleted or not known; else {status}
  of one that is not closed.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'record', 'deleting', 'erased')
if state[4] then
  return {'gone'}
end
if state[3] then
  return {'buried', state[3]}
end
local status, record = state[1], state[2]
if not status then
  if ARGV[3] == '' then
    return {'gone'}
  end
  record = ARGV[3]
elseif status ~= 'completed' and status ~= 'failed' and status ~= 'cancelled' and status ~= 'expired' then
  return {status}
end
if status then
  delist(KEYS[1], KEYS[2], ARGV[1], status)
end
unlist(KEYS[1], KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'deleting', record)
redis.call('ZADD', KEYS[5], ARGV[2], ARGV[1])
return {'buried', record}
`,
);
