import { script } from '../script.js';

export const endDeletion2 = script(
  'end-deletion-2',
  `
--[[
  Records that what a batch wrote is deleted.

  KEYS[1] batch (HASH)
  KEYS[2] deletions (ZSET)

  ARGV[1] id
  ARGV[2] when to look once more whether something was written late, milliseconds

  Returns 1; 0 when it was that second look, after which nothing is left of the batch; -1, with nothing
  recorded, when the batch is not one that is being deleted.
]]
if redis.call('HEXISTS', KEYS[1], 'deleting') == 0 then
  return -1
end
if redis.call('HSETNX', KEYS[1], 'erased', 1) == 1 then
  redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
  return 1
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 0
`,
);
