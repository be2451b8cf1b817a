import { readFile } from 'node:fs/promises';
import {
  describeCause,
  webhookSchema,
  type BatchPriority,
  type BatchSettingsInput,
  type ErrorThreshold,
  type Webhook,
} from '@cropline/contracts';
import type { ClassifyFlags } from '../command/options.js';
import { usageError } from '../command/usage-error.js';
import type { CliConfig } from '../config/config.js';

/** The options of `submit` that go with a batch. */
export interface SettingsFlags extends ClassifyFlags {
  readonly output?: string;
  readonly meta?: Record<string, string>;
  readonly priority?: BatchPriority;
  /** Seconds. */
  readonly expires?: number;
  /** Seconds. */
  readonly keep?: number;
  readonly errorThreshold?: ErrorThreshold;
  readonly webhook?: string;
}

/**
 * What is sent beside the items.
 *
 * @throws `USAGE_INVALID` for a webhook that cannot be called or has no secret.
 */
export async function batchSettings(
  flags: SettingsFlags,
  config: Pick<CliConfig, 'webhook'>,
): Promise<BatchSettingsInput> {
  const { crops, top, output, meta, priority, expires, keep, errorThreshold, webhook } = flags;
  return {
    options: { crops, topK: top },
    ...(output === undefined ? {} : { output: { url: output } }),
    ...(meta === undefined ? {} : { metadata: meta }),
    ...(priority === undefined ? {} : { priority }),
    ...(expires === undefined ? {} : { expiresAfter: expires }),
    ...(keep === undefined ? {} : { resultsExpireAfter: keep }),
    ...(errorThreshold === undefined ? {} : { errorThreshold }),
    ...(webhook === undefined ? {} : { webhook: await webhookOf(webhook, config.webhook) }),
  };
}

async function webhookOf(
  url: string,
  { secret, secretFile }: CliConfig['webhook'],
): Promise<Webhook> {
  const said = secret ?? (secretFile === undefined ? undefined : await readSecret(secretFile));
  if (said === undefined) {
    throw usageError(
      'Expected a secret to sign the webhook with, in CROPLINE_WEBHOOK_SECRET or in the file that CROPLINE_WEBHOOK_SECRET_FILE names. Make one with: echo "whsec_$(openssl rand -base64 32)"',
    );
  }
  const parsed = webhookSchema.safeParse({ url, secret: said });
  if (parsed.success) return parsed.data;
  // Neither is repeated: one is a secret, and the other may carry one.
  const [issue] = parsed.error.issues;
  throw usageError(
    issue?.path[0] === 'secret'
      ? `${issue.message} as the secret of the webhook.`
      : 'Expected an http(s) URL without user and password as --webhook.',
  );
}

async function readSecret(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw usageError(
      `Expected the secret of the webhook in ${path}, but it cannot be read (${describeCause(error)}).`,
    );
  }
}
