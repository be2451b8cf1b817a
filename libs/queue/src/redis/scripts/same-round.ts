/**
 * Lua function `same_round(batch, round)`, put in front of the scripts that change a batch on behalf of one
 * of its rounds: whoever is late, and acts for a round that is over, changes nothing.
 */
export const SAME_ROUND = `
local function same_round(batch, round)
  return (redis.call('HGET', batch, 'round') or '1') == round
end
`;
