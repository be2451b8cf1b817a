/**
 * Lua function `move(batch, index, id, from, to)`, put in front of the scripts that change a status: sets
 * the status in the batch's hash and moves its entry in the index by status. Keys are the caller's KEYS.
 */
export const MOVE_STATUS = `
local function move(batch, index, id, from, to)
  redis.call('HSET', batch, 'status', to)
  redis.call('ZREM', index, from .. ':' .. id)
  redis.call('ZADD', index, 0, to .. ':' .. id)
end
`;
