import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { fetchModel } from './fetch-model.js';

/** Makes a model ready and says where it lies; what is in the cache already is checked, not fetched. */
export async function pullModel(
  name: string | undefined,
  json: boolean,
  invocation: Invocation,
): Promise<number> {
  const { stdout } = invocation.console;
  const { info, precision, weightsPath, graphPath } = await fetchModel(name, invocation);
  const facts = { name: info.name, digest: info.digest, precision, weightsPath, graphPath };
  await write(
    stdout,
    json
      ? `${JSON.stringify(facts)}\n`
      : `${info.name} is ready in ${precision} (${info.digest})\n  weights  ${weightsPath}\n  graph    ${graphPath}\n`,
  );
  return EXIT.ok;
}
