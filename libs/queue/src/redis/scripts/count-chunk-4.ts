import { script } from '../script.js';
import { MOVE_STATUS } from './move-status.js';
import { SAME_ROUND } from './same-round.js';

export const countChunk4 = script(
  'count-chunk-4',
  `${MOVE_STATUS}${SAME_ROUND}
--[[
  Counts the outcomes of a chunk, once, however often it is called. The chunk that completes a batch seals
  it: from then on nothing is counted, and the finalizer reads a state that stands still. The one with
  which too many items have failed stops it.

  KEYS[1] batch (HASH)
  KEYS[2] counted chunks of the round (BITMAP)
  KEYS[3] samples (LIST)
  KEYS[4] index by status of its kind (LEX ZSET)

  ARGV[1] id of the batch
  ARGV[2] index of the chunk
  ARGV[3] items succeeded
  ARGV[4] items failed
  ARGV[5] items cancelled
  ARGV[6] model (JSON), '' when no item has one
  ARGV[7] now, milliseconds
  ARGV[8] round

  Returns {verdict, advance}. verdict: 'counted', 'repeated' (it was counted before), 'closed' (the batch is
  sealed, has its final status or is in another round) or 'missing'. advance is 1 when the coordinator has something to do.
]]
local state = redis.call('HMGET', KEYS[1], 'status', 'sealed')
local status = state[1]
if not status then
  return {'missing', 0}
end
if not same_round(KEYS[1], ARGV[8]) then
  return {'closed', 0}
end
if state[2] then
  return {'closed', status == 'finalizing' and 1 or 0}
end

local verdict = 'repeated'
if redis.call('SETBIT', KEYS[2], ARGV[2], 1) == 0 then
  verdict = 'counted'
  local succeeded = redis.call('HINCRBY', KEYS[1], 'succeeded', ARGV[3])
  local failed = redis.call('HINCRBY', KEYS[1], 'failed', ARGV[4])
  local cancelled = redis.call('HINCRBY', KEYS[1], 'cancelled', ARGV[5])
  redis.call('HINCRBY', KEYS[1], 'counted', 1)
  redis.call('HSETNX', KEYS[1], 'startedAt', ARGV[7])
  if ARGV[6] ~= '' then
    redis.call('HSETNX', KEYS[1], 'model', ARGV[6])
  end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local last = redis.call('LINDEX', KEYS[3], -1)
  if not last or now - tonumber(string.match(last, '^%d+')) >= 1000 then
    redis.call('RPUSH', KEYS[3], string.format('%.0f:%.0f', now, succeeded + failed + cancelled))
    redis.call('LTRIM', KEYS[3], -64, -1)
  end
end

local progress = redis.call('HMGET', KEYS[1], 'chunks', 'counted', 'planned', 'window', 'failed',
  'errorLimit', 'total', 'kept', 'items')
local chunks, counted = tonumber(progress[1]), tonumber(progress[2])
local planned, window = tonumber(progress[3]), tonumber(progress[4] or '0')
local advance = 0
if status == 'validating' or status == 'in_progress' then
  -- A later round counts those that fail of its own items.
  local failed, limit = progress[5] - (progress[8] or 0), tonumber(progress[6] or '0')
  if limit > 0 and failed >= limit then
    move(KEYS[1], KEYS[4], ARGV[1], status, 'cancelling')
    redis.call('HSET', KEYS[1], 'stop', 'error_threshold', 'error', cjson.encode({
      code = 'ERROR_THRESHOLD_REACHED',
      message = string.format('Expected fewer than %d items to fail, as errorThreshold asks for, '
        .. 'but %d of %s did; the rest was not run.', limit, failed, progress[9] or progress[7])
    }))
    advance = 1
  elseif counted == chunks then
    move(KEYS[1], KEYS[4], ARGV[1], status, 'finalizing')
    redis.call('HSET', KEYS[1], 'sealed', 1, 'closingAt', ARGV[7])
    advance = 1
  elseif planned < chunks and planned - counted <= window / 2 then
    advance = 1
  end
end
return {verdict, advance}
`,
);
