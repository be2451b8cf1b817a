import { script } from '../script.js';

export const nameServer1 = script(
  'name-server-1',
  `
--[[
  Tells which Redis has the queue: INFO alone would be answered by any node of a cluster.

  KEYS[1] any key of the queue

  Returns the section "server" of INFO.
]]
return redis.call('INFO', 'server')
`,
);
