import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  engineSettings,
  logSettings,
  bucketSettings,
  networkSettings,
  queueSettings,
  storageSettings,
} from '@cropline/contracts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
// js-yaml comes without types.
const yaml = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };

interface Service {
  image: string;
  command?: string[];
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  ports?: string[];
  volumes?: string[];
  profiles?: string[];
  stop_grace_period?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  pids_limit?: number;
  privileged?: boolean;
  user?: string;
  container_name?: string;
  deploy?: {
    resources: { reservations: { devices: { driver: string; capabilities: string[] }[] } };
  };
}

const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

/** Where each app reads its environment. */
const CONFIGS: Readonly<Record<string, readonly string[]>> = {
  api: ['apps/api/src/config.ts'],
  worker: ['apps/worker/src/config.ts'],
  cli: ['apps/cli/src/config/config.ts', 'apps/cli/src/config/config-file.ts'],
};

/** The variables that an app's config reads: its own, and those of the groups that it shares with others. */
async function settingsOf(app: string): Promise<string[]> {
  const source = (await Promise.all(CONFIGS[app]!.map(read))).join('\n');
  const groups: Readonly<Record<string, object>> = {
    engineSettings,
    logSettings,
    networkSettings,
    bucketSettings,
    queueSettings,
    storageSettings,
  };
  return [
    ...[...source.matchAll(/^ {2,4}([A-Z][A-Z0-9_]+): /gm)].map((match) => match[1]!),
    ...[...source.matchAll(/const \{(.+)\} = environment;/g)].flatMap((match) =>
      [...match[1]!.matchAll(/([A-Z][A-Z0-9_]+): /g)].map((name) => name[1]!),
    ),
    ...[...source.matchAll(/\.\.\.(\w+Settings)\b/g)].flatMap((match) =>
      Object.keys(groups[match[1]!] ?? {}),
    ),
  ];
}

describe('docker-compose.yml', () => {
  let services: Record<string, Service>;

  beforeAll(async () => {
    const document = yaml.load(await read('docker-compose.yml')) as {
      services: Record<string, Service>;
    };
    services = document.services;
  });

  it('keeps jobs over a restart of Redis, and never drops one for want of memory', () => {
    const command = services['redis']!.command!.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(services['redis']!.volumes).toContain('redis-data:/data');
  });

  it('starts the API and workers when Redis and S3 are healthy', () => {
    for (const name of ['redis', 's3']) expect(services[name]!.healthcheck).toBeDefined();
    for (const name of ['api', 'worker', 'worker-gpu', 'worker-tfjs-gpu']) {
      expect(services[name]!.depends_on).toMatchObject({
        redis: { condition: 'service_healthy' },
        s3: { condition: 'service_healthy' },
      });
    }
  });

  it('lets workers be scaled: no fixed name and no port on the host', () => {
    for (const name of ['worker', 'worker-gpu', 'worker-tfjs-gpu']) {
      expect(services[name]!.container_name).toBeUndefined();
      expect(services[name]!.ports).toBeUndefined();
    }
  });

  it('gives workers longer to stop than they take to drain', () => {
    for (const name of ['worker', 'worker-gpu', 'worker-tfjs-gpu']) {
      expect(Number.parseInt(services[name]!.stop_grace_period!, 10)).toBeGreaterThan(20);
    }
  });

  it('publishes nothing beyond this host', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each([
    ['worker-gpu', 'gpu'],
    ['worker-tfjs-gpu', 'gpu-tfjs'],
  ])('reserves NVIDIA devices for %s, in the profile %s alone', (name, profile) => {
    expect(services[name]!.profiles).toEqual([profile]);
    const { devices } = services[name]!.deploy!.resources.reservations;
    expect(devices).toMatchObject([{ driver: 'nvidia', capabilities: ['gpu'] }]);
    expect(services['worker']!.deploy).toBeUndefined();
  });

  it.each(['api', 'worker', 'worker-gpu', 'worker-tfjs-gpu'])(
    'sets only variables that %s reads',
    async (name) => {
      const known = await settingsOf(name === 'api' ? 'api' : 'worker');
      expect(
        Object.keys(services[name]!.environment!).filter((one) => !known.includes(one)),
      ).toEqual([]);
      expect(existsSync(join(ROOT, services[name]!.build!.dockerfile))).toBe(true);
    },
  );

  it('lets nothing gain privileges, nor reach the host', () => {
    for (const service of Object.values(services)) {
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.privileged).toBeUndefined();
      for (const volume of service.volumes ?? []) expect(volume).toMatch(/^[\w-]+:\//);
    }
  });

  it.each(['redis', 'api', 'worker', 'worker-gpu', 'worker-tfjs-gpu'])(
    'runs %s without privileges, on a file system that is read only',
    (name) => {
      expect(services[name]).toMatchObject({
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        pids_limit: 4096,
      });
      expect(services[name]!.user ?? '').not.toMatch(/^(root|0)/);
    },
  );

  it('pins what it pulls by version', () => {
    for (const name of ['redis', 's3']) expect(services[name]!.image).toMatch(/:\d+\.\d+/);
  });
});

describe('The Dockerfiles', () => {
  it.each(['api', 'worker', 'worker-gpu', 'worker-tfjs-gpu'])(
    '%s: pinned bases, not root, health check',
    async (name) => {
      const file = await read(`deploy/${name}.Dockerfile`);
      const bases = [...file.matchAll(/^ARG \w+_IMAGE=(.+)$/gm)].map((match) => match[1]!);
      expect(bases.length).toBeGreaterThan(0);
      for (const base of bases) expect(base).toMatch(/:\d+\.\d+\.\d+-/);
      expect(file).not.toMatch(/^FROM (?!\$\{)/m);
      const final = file.slice(file.lastIndexOf('\nFROM '));
      expect(final).toMatch(/^USER (node|1000:1000)$/m);
      expect(final).toMatch(/^HEALTHCHECK /m);
    },
  );
});

describe('deploy/README.md', () => {
  it.each(['api', 'worker', 'cli'])('lists every setting of %s', async (app) => {
    const page = await read('deploy/README.md');
    const column = ['api', 'worker', 'cli'].indexOf(app) + 2;
    const listed = page
      .split('\n')
      .filter((line) => line.startsWith('| `') && line.split('|')[column]?.trim() === '✓')
      .flatMap((line) => [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!));
    const settings = await settingsOf(app);
    expect(settings.length).toBeGreaterThan(10);
    expect(settings.filter((name) => !listed.includes(name))).toEqual([]);
    // The AWS SDK reads its keys itself.
    const ownOrKey = (name: string): boolean =>
      settings.includes(name) || /^AWS_(ACCESS|SECRET)/.test(name);
    expect(listed.filter((name) => !ownOrKey(name))).toEqual([]);
  });
});
