import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  clockSkew,
  expiredFor,
  hung,
  isObjectRead,
  isWrite,
  onlyWhen,
  overlong,
  reset,
  s3Error,
  trickling,
  truncated,
  type HttpFault,
} from '@cropline/tools';
import type { ChaosSystem } from '../chaos-system.js';
import type { Fault } from '../fault.js';

type Random = () => number;

/** How long a fault lasts, in milliseconds. */
const span = (random: Random, least = 1_500, most = 5_000): number =>
  Math.round(least + random() * (most - least));

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Has the gate do this for so long. What hangs then is broken off, as by a server that is started again. */
async function strike({ s3 }: ChaosSystem, fault: HttpFault, ms: number): Promise<void> {
  const heal = s3.use(fault);
  await sleep(ms);
  heal();
  s3.cut();
}

/** A fault that strikes some of the requests for a few seconds, by chance. */
function passing(
  name: string,
  expected: string,
  { of = () => true, fault }: { of?: (request: IncomingMessage) => boolean; fault: HttpFault },
): Fault<ChaosSystem> {
  return {
    name: `s3: ${name}`,
    area: 's3',
    expected,
    inject: async (system, random) => {
      const ms = span(random);
      const share = 0.2 + random() * 0.7;
      await strike(
        system,
        onlyWhen((request) => of(request) && random() < share, fault),
        ms,
      );
      return `${percent(share)} of requests for ${ms} ms`;
    },
  };
}

const slowDown: Fault<ChaosSystem> = {
  name: 's3: 500 and 503 SlowDown',
  area: 's3',
  expected: 'requests are tried again, images wait',
  inject: async (system, random) => {
    const ms = span(random);
    const share = 0.2 + random() * 0.8;
    const busy = s3Error(503, 'SlowDown', { 'retry-after': '1' });
    const failing = s3Error(500, 'InternalError');
    await strike(
      system,
      async (exchange) => {
        if (random() >= share) await exchange.pass();
        else await (random() < 0.5 ? busy : failing)(exchange);
      },
      ms,
    );
    return `${percent(share)} of requests for ${ms} ms`;
  },
};

const away: Fault<ChaosSystem> = {
  name: 's3: away',
  area: 's3',
  expected: '503 with Retry-After, images and parts wait',
  inject: async (system, random) => {
    const ms = span(random, 2_000, 8_000);
    await strike(
      system,
      ({ request }) => {
        request.socket.resetAndDestroy();
      },
      ms,
    );
    return `for ${ms} ms`;
  },
};

const skewed: Fault<ChaosSystem> = {
  name: 's3: clock an hour ahead, and back',
  area: 's3',
  expected: 'requests are signed by the time of the store',
  inject: async (system, random) => {
    const ms = span(random, 1_500, 3_000);
    await strike(system, clockSkew(3_600_000), ms);
    await strike(system, clockSkew(0), ms);
    return `for ${ms} ms each`;
  },
};

const expired: Fault<ChaosSystem> = {
  name: 's3: credentials expired',
  area: 's3',
  expected: 'all wait, and take up the renewed ones',
  inject: async (system, random) => {
    const { credentials } = system;
    const ms = span(random);
    const heal = system.s3.use(expiredFor(credentials.accessKeyId));
    await sleep(ms);
    await credentials.renew();
    await system.untilDone(1);
    heal();
    return `renewed after ${ms} ms`;
  },
};

/** What workers and the closing of a batch write: to its submission a refusal is an answer for good. */
const isOutcome = (request: IncomingMessage): boolean =>
  isWrite(request) && /\/(?:parts\/|results\.jsonl|errors\.jsonl)/.test(request.url ?? '');

const readOnly: Fault<ChaosSystem> = {
  name: 's3: output bucket read-only',
  area: 's3',
  expected: 'chunks are tried again; past half a minute their batch would fail',
  inject: async (system, random) => {
    const ms = span(random);
    await strike(system, onlyWhen(isOutcome, s3Error(403, 'AccessDenied')), ms);
    return `for ${ms} ms`;
  },
};

const full: Fault<ChaosSystem> = {
  name: 's3: disk full',
  area: 's3',
  expected: '503 with Retry-After, parts wait for room',
  inject: async (system, random) => {
    const ms = span(random, 2_000, 6_000);
    await strike(system, onlyWhen(isWrite, s3Error(507, 'XMinioStorageFull')), ms);
    return `for ${ms} ms`;
  },
};

/** What befalls object storage and the way to it. */
export const S3_FAULTS: readonly Fault<ChaosSystem>[] = [
  slowDown,
  away,
  passing('hangs', 'given up in time and tried again', { fault: hung }),
  passing('bodies broken off', 'read again from where they broke', {
    of: isObjectRead,
    fault: reset,
  }),
  passing('bodies shorter than announced', 'read again', { of: isObjectRead, fault: truncated }),
  passing('bodies announced too short', 'not taken for the object, read again', {
    of: isObjectRead,
    fault: overlong('half'),
  }),
  passing('bodies longer than announced', 'the rest harms no other answer', {
    of: isObjectRead,
    fault: overlong('all'),
  }),
  passing('bodies byte by byte', 'given up in time and read again', {
    of: isObjectRead,
    fault: trickling(50),
  }),
  skewed,
  expired,
  readOnly,
  full,
];
