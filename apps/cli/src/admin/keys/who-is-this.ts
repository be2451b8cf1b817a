import { hostname, userInfo } from 'node:os';

/** Who runs this process, as far as the machine knows: `user@host`. */
export function whoIsThis(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In containers a user may be a number that no name is known of.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
