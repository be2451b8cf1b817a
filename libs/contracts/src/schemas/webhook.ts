import { z } from 'zod';

/** Where a caller is told of the end of a batch, and the secret that signs it (https://standardwebhooks.com). */
export const webhookSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/u })
      .max(2048)
      .refine((text) => {
        const url = URL.canParse(text) ? new URL(text) : null;
        return url !== null && url.username === '' && url.password === '';
      }, 'Expected a URL without user and password'),
    secret: z
      .string()
      .regex(
        /^whsec_(?:[A-Za-z0-9+/]{4}){8,20}(?:[A-Za-z0-9+/]{4}(?:[A-Za-z0-9+/]{2}==)?|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u,
        'Expected whsec_ and 24 to 64 random bytes in base64',
      )
      .describe('Signs what is sent; never shown again.'),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof webhookSchema>;

/** One try to deliver a webhook. */
export const webhookDeliverySchema = z
  .object({
    id: z.string().describe('The same in every try of one message: `webhook-id`'),
    at: z.iso.datetime(),
    attempt: z.int().min(1),
    status: z.int().nullable().describe('What was answered; null when nothing was'),
    error: z.string().nullable().describe('Why it was not delivered; null when it was'),
    durationMs: z.number().min(0),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;

/** The webhook of a batch, and how its delivery went. */
export const webhookStateSchema = z
  .object({
    url: z.string().describe('Without its query'),
    state: z.enum(['waiting', 'delivering', 'delivered', 'failed']),
    deliveries: z.array(webhookDeliverySchema).describe('The last tries, oldest first'),
  })
  .meta({ id: 'WebhookState' });
export type WebhookState = z.infer<typeof webhookStateSchema>;
