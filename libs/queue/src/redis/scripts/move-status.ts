/**
 * Lua functions, put in front of the scripts that enter a batch, change its status or take it out of sight.
 * Keys are the caller's KEYS, but for the indexes of the batch's tenant: its hash names them, in `tenantIndex`
 * and `tenantBatches`, and like all keys they are of the slot of that hash.
 *
 * - `enlist(batch, index, id, status)`: enters it into the index by status, and the tenant's.
 * - `delist(batch, index, id, status)`: takes it out of both.
 * - `move(batch, index, id, from, to)`: sets the status in the batch's hash, and in both.
 */
export const MOVE_STATUS = `
local function enlist(batch, index, id, status)
  redis.call('ZADD', index, 0, status .. ':' .. id)
  local own = redis.call('HGET', batch, 'tenantIndex')
  if own then
    redis.call('ZADD', own, 0, status .. ':' .. id)
  end
end
local function delist(batch, index, id, status)
  redis.call('ZREM', index, status .. ':' .. id)
  local own = redis.call('HGET', batch, 'tenantIndex')
  if own then
    redis.call('ZREM', own, status .. ':' .. id)
  end
end
local function move(batch, index, id, from, to)
  redis.call('HSET', batch, 'status', to)
  delist(batch, index, id, from)
  enlist(batch, index, id, to)
end
`;

/**
 * Lua functions `list(batch, batches, id)` and `unlist(batch, batches, id)`, put in front of the scripts that
 * enter a listed batch or take it out of sight: they do so in the list of all, and the tenant's.
 */
export const LISTED = `
local function list(batch, batches, id)
  redis.call('ZADD', batches, 0, id)
  local own = redis.call('HGET', batch, 'tenantBatches')
  if own then
    redis.call('ZADD', own, 0, id)
  end
end
local function unlist(batch, batches, id)
  redis.call('ZREM', batches, id)
  local own = redis.call('HGET', batch, 'tenantBatches')
  if own then
    redis.call('ZREM', own, id)
  end
end
`;
