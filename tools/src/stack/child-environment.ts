/** Set by the stack itself, or of the caller's own processes, and so never handed on. */
const NOT_HANDED_ON =
  /^(AWS_|S3_|REDIS_|JEST_)|^(HOST|PORT|NODE_ENV|LOG_LEVEL|CROPLINE_(QUEUE_PREFIX|OUTPUT_URL|ACCESS_URL|AUTH|HEALTH_PORT))$/;

/**
 * The environment of a process of the stack: this process's own (the model's mirror and cache, proxies, the
 * device) without what would lead it to another Redis, bucket or account, then `settings` over it.
 */
export function childEnvironment(
  ...settings: readonly Readonly<Record<string, string>>[]
): Record<string, string> {
  const environment: Record<string, string> = {
    // What the AWS SDK has to say about Node 20 would stand among the logs of every process.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !NOT_HANDED_ON.test(name)) environment[name] = value;
  }
  return Object.assign(environment, ...settings) as Record<string, string>;
}
