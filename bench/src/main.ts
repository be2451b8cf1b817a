#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  CroplineError,
  cropPolicySchema,
  describeCause,
  precisionSchema,
} from '@cropline/contracts';
import type { BenchOptions } from './bench-options.js';
import { renderMarkdown } from './output/render-markdown.js';
import { renderSvg } from './output/render-svg.js';
import { renderReport, type BenchReport } from './report.js';

/** Every bench: what it shows, and its module, loaded only when it runs. */
const BENCHES: Readonly<
  Record<string, { about: string; run: (options: BenchOptions) => Promise<BenchReport> }>
> = {
  engine: {
    about: 'crops/s of the emitted graph against the published one, on the same cores',
    run: async (options) => (await import('./engine/engine-bench.js')).runEngineBench(options),
  },
  policies: {
    about: 'quality and images/s of every crop policy, and of the published graph on 144 crops',
    run: async (options) =>
      (await import('./policies/policies-bench.js')).runPoliciesBench(options),
  },
  peers: {
    about: 'images/s against PyTorch, Ray Data and a plain loop, where they are installed',
    run: async (options) => (await import('./peers/peers-bench.js')).runPeersBench(options),
  },
  pipeline: {
    about:
      'images/s through API, queue, worker and S3 against `cropline classify` on the same files',
    run: async (options) =>
      (await import('./pipeline/pipeline-bench.js')).runPipelineBench(options),
  },
};

const USAGE = `Usage: npm run bench -- NAME [--rounds N] [--images DIR] [--crops POLICY] [--precision P] [--json] [--markdown FILE] [--svg FILE]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

  --rounds N     how often each contender is measured, in turn; the median counts (default 5)
  --images DIR   images for pipeline and peers (default: CROPLINE_PHOTOS, else drawn ones), and for
                 policies, which needs a labels.csv beside them; int8 is calibrated on them
  --crops POLICY what peers run: single (default) or ten
  --precision P  what the model of policies computes with: fp32 (default) or int8
  --json         print one JSON document, and nothing else, to standard output
  --markdown FILE, --svg FILE  also write the table, and a plot of it, to a file
`;

// The AWS SDK warns of a Node it will drop one day: nothing that a figure depends on.
process.removeAllListeners('warning');

interface Arguments {
  readonly name: string | undefined;
  readonly json: boolean;
  readonly markdown: string | undefined;
  readonly svg: string | undefined;
  readonly options: Omit<BenchOptions, 'onLine'>;
}

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '5' },
        images: { type: 'string' },
        crops: { type: 'string', default: 'single' },
        precision: { type: 'string', default: 'fp32' },
        markdown: { type: 'string' },
        svg: { type: 'string' },
      },
    });
    if (positionals.length > 1)
      throw new Error(`Expected one bench but received ${positionals.length}`);
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
      throw new Error(`Expected 1 to 100 for --rounds but received ${values.rounds}`);
    }
    const images = values.images ?? process.env['CROPLINE_PHOTOS'] ?? null;
    const crops = cropPolicySchema.safeParse(values.crops);
    if (!crops.success) {
      throw new Error(`Expected a crop policy for --crops but received ${values.crops}`);
    }
    const precision = precisionSchema.exclude(['fp16']).safeParse(values.precision);
    if (!precision.success) {
      throw new Error(`Expected fp32 or int8 for --precision but received ${values.precision}`);
    }
    const { json, markdown, svg } = values;
    return {
      name: positionals[0],
      json,
      markdown,
      svg,
      options: { rounds, images, crops: crops.data, precision: precision.data },
    };
  } catch (error) {
    throw new CroplineError('USAGE_INVALID', `${describeCause(error)}\n\n${USAGE}`);
  }
}

async function main(): Promise<void> {
  const { name, json, markdown, svg, options } = readArguments();
  if (name === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (bench === undefined) {
    throw new CroplineError('USAGE_INVALID', `There is no bench called ${name}.\n\n${USAGE}`);
  }
  const onLine = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const report = await bench.run({ ...options, onLine });
  if (markdown !== undefined) await writeFile(markdown, renderMarkdown(report));
  if (svg !== undefined) await writeFile(svg, renderSvg(report));
  process.stdout.write(`${json ? JSON.stringify(report) : renderReport(report)}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const known = error instanceof CroplineError;
  process.stderr.write(`bench: ${known ? `${error.code}: ` : ''}${describeCause(error)}\n`);
  process.exit(known && error.code === 'USAGE_INVALID' ? 2 : 1);
}
