import { z } from 'zod';
import { CroplineError } from '../errors/cropline-error.js';

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Half a key pair would have the AWS SDK look elsewhere, and find nothing or the wrong thing. */
const keyPairSchema = z
  .object({
    AWS_ACCESS_KEY_ID: z.string().optional(),
    AWS_SECRET_ACCESS_KEY: z.string().optional(),
  })
  .superRefine((env, context) => {
    const [id, secret] = [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY];
    if ((id === undefined) === (secret === undefined)) return;
    context.addIssue({
      code: 'custom',
      path: [id === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY'],
      message: 'expected a value, because the other half of the key pair is set',
    });
  });

/**
 * Reads the settings of an app from its environment; a variable set to nothing counts as not set.
 *
 * @param heading the first line of the message when there are faults.
 * @throws `CONFIG_INVALID` with one line a fault, all of them at once, and no value that may be a secret.
 */
export function readSettings<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  heading: string,
  environment: Environment,
): z.output<z.ZodObject<Shape>> {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = z.object(shape).safeParse(set);
  const keys = keyPairSchema.safeParse(set);
  if (parsed.success && keys.success) return parsed.data;
  const issues = [...(parsed.error?.issues ?? []), ...(keys.error?.issues ?? [])];
  const faults = issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new CroplineError('CONFIG_INVALID', `${heading}\n${faults.join(';\n')}`);
}
