/** Fails as a lookup does on a machine that has no network, for every host but this one. */
const NO_INTERNET = `
const fetchHere = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (hostname === '127.0.0.1' || hostname === 'localhost') return fetchHere(input, init);
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND ' + hostname), { code: 'ENOTFOUND' });
  return Promise.reject(Object.assign(new TypeError('fetch failed'), { cause }));
};`;

/**
 * The environment of a process, and of those it starts, that has no internet, no weights and no place where
 * they could be, whatever this machine has.
 */
export function withoutInternet(cacheDir: string): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of ['CROPLINE_MODEL', 'CROPLINE_MODEL_MIRROR', 'CROPLINE_PRECISION']) {
    Reflect.deleteProperty(env, name);
  }
  return {
    ...env,
    CROPLINE_CACHE_DIR: cacheDir,
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(NO_INTERNET)}`,
  };
}
