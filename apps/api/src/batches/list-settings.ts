import { batchSettingsSchema, CroplineError, type BatchSettings } from '@cropline/contracts';
import { listQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';

const queryPipe = new SchemaPipe(listQuerySchema);
const settingsPipe = new SchemaPipe(batchSettingsSchema);

/**
 * What the query of a request says whose body is a list of items.
 *
 * @throws `REQUEST_INVALID` with every fault.
 */
export function listSettings(query: unknown): BatchSettings {
  const { settings = '{}', crops, topK } = queryPipe.transform(query);
  const given = parseSettings(settings);
  if (crops === undefined && topK === undefined) return settingsPipe.transform(given);
  const options = {
    ...(isObject(given['options']) ? given['options'] : {}),
    ...(crops === undefined ? {} : { crops }),
    ...(topK === undefined ? {} : { topK }),
  };
  return settingsPipe.transform({ ...given, options });
}

function parseSettings(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  const message = 'Expected a JSON object such as {"options":{"crops":"ten"}}';
  throw new CroplineError(
    'REQUEST_INVALID',
    `The query breaks its schema at settings: ${message}.`,
    {
      details: { errors: [{ path: 'settings', message }], errorCount: 1 },
    },
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
