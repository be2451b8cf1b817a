import type { Batch } from '@cropline/contracts';
import type { Stack } from '../stack/start-stack.js';

/** What to do with the stack while it is kept: its URLs, and commands to copy. */
export function keptStack(stack: Stack, batch: Batch): string {
  const { endpoint, region, credentials } = stack.s3;
  return `
The stack is up until Ctrl-C:

  API     ${stack.apiUrl}   (reference: ${stack.apiUrl}/docs)
  S3      ${endpoint}   (any keys, e.g. ${credentials.accessKeyId} / ${credentials.secretAccessKey}; region ${region}; in memory)
  Redis   ${stack.redisUrl.replace(/\/\/[^@/]*@/, '//…@')}

Look at the batch:

  curl ${stack.apiUrl}/v1/batches/${batch.id}
  curl ${stack.apiUrl}/v1/batches/${batch.id}/results -H 'accept: application/x-ndjson'
  curl ${httpUrl(stack, batch.output.results ?? batch.output.url)}

Submit your own:

  curl ${stack.apiUrl}/v1/batches -H 'content-type: application/json' -d '{"items":[{"url":"https://…/photo.jpg"}]}'
  CROPLINE_API=${stack.apiUrl} npm run cropline -- submit urls.txt --watch
`;
}

/** What to try after the stack has been stopped; `env` is what commands for the same model are to be told. */
export function afterwards(env: Readonly<Record<string, string>>): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value} `);
  const steps: readonly (readonly [string, string])[] = [
    [
      'npm run demo -- --images DIR',
      'your own photos (add --crops googlenet144 for 144 views an image)',
    ],
    ['npm run demo -- --keep', 'leaves the API up, to submit batches with curl'],
    [`${settings.join('')}npm run cropline -- classify DIR`, 'the same engine without a server'],
    ['README.md', 'how to submit batches and to run it for real'],
  ];
  const width = Math.max(...steps.map(([command]) => command.length)) + 2;
  const lines = steps.map(([command, what]) => `  ${command.padEnd(width)}${what}\n`);
  return `\nGo on:\n\n${lines.join('')}`;
}

/** An object of the stack's S3, which asks for no signature, as a URL to open. */
function httpUrl(stack: Stack, s3Url: string): string {
  return s3Url.replace(/^s3:\//, stack.s3.endpoint);
}
