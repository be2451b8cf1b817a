import { ERROR_CODES, type ErrorCodeInfo } from '@cropline/contracts';

const AREAS: Readonly<Record<ErrorCodeInfo['area'], string>> = {
  request: 'A request to the API',
  access: 'Keys, tenants and limits',
  batch: 'Batches and their items',
  image: 'Fetching and decoding one image',
  model: "The model's files",
  device: 'Devices and inference sessions',
  storage: 'Object storage',
  queue: 'Redis',
  command: 'Commands and settings',
};

/** docs/errors.md, made from the registry of error codes: a table an area, and an anchor a code. */
export function errorsPage(): string {
  const codes = Object.entries<ErrorCodeInfo>(ERROR_CODES);
  const sections = Object.entries(AREAS).map(([area, title]) => {
    const rows = codes
      .filter(([, info]) => info.area === area)
      .map(([code, { status, retryable, meaning, remedy }]) => {
        const cells = [
          `<a id="${code.toLowerCase()}"></a>\`${code}\``,
          String(status),
          retryable ? 'yes' : 'no',
          cell(meaning),
          cell(remedy),
        ];
        return `| ${cells.join(' | ')} |`;
      });
    return [
      `## ${title}`,
      '',
      '| code | HTTP status | retry | what it means | what to do |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# Error codes

<!-- Made by \`npm run docs:errors\` from libs/contracts/src/errors/error-codes.ts; do not edit. -->

Every error that leaves Cropline has a code: in the problem document of an HTTP answer (\`code\`), in the outcome of a failed item (\`error.code\`), in a log line (\`code\`) and before the message of a command. A code keeps its name and meaning; messages may change. \`retry\` says whether the same thing, unchanged, may succeed later; an error may say otherwise of itself (\`retryable\`). The status is the one the API answers with where the code reaches a caller. Link to a code by its name in lower case: \`docs/errors.md#image_not_found\`.
`;

/** Text that stays in its cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
