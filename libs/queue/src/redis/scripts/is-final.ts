import { FINAL_STATUSES } from '@cropline/contracts';

/** Lua function `is_final(status)`, put in front of the scripts that leave a closed batch alone. */
export const IS_FINAL = `
local function is_final(status)
  return ${[...FINAL_STATUSES].map((status) => `status == '${status}'`).join(' or ')}
end
`;
