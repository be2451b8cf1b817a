/** Set by the stack itself, or of the caller's own processes, and so never handed on. */
const NOT_HANDED_ON =
  /^(AWS_|S3_|REDIS_|JEST_)|^(HOST|PORT|NODE_ENV|LOG_LEVEL|CROPLINE_(QUEUE_PREFIX|OUTPUT_URL|HEALTH_PORT))$/;

/**
 * The environment of a process of the stack: this process's own (the model's mirror and cache, proxies, the
 * device) without what would lead it to another Redis, bucket or account, then `settings` over it.
 */
export function childEnvironment(
  ...settings: readonly Readonly<Record<string, string>>[]
): Record<string, string | undefined> {
  const handedOn = Object.entries(process.env).filter(([name]) => !NOT_HANDED_ON.test(name));
  return Object.assign(Object.fromEntries(handedOn), ...settings) as Record<
    string,
    string | undefined
  >;
}
