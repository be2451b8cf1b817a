// Imports run downwards only (ARCHITECTURE.md, "Direction"). `npm run boundaries` holds it.
//
// A package is imported by its name, which resolves to its compiled surface (libs/x/dist): the rules see from
// which package to which, and do not follow further, as what lies behind is cruised as source.

const SPEC = '\\.spec\\.ts$';
/** What only specs use. */
const FOR_SPECS = '/src/testing/';

/** Which packages each package may import; its specs may use the client and tools too, and the end-to-end tests everything. */
const MAY_IMPORT = {
  'libs/contracts': [],
  'libs/client': ['libs/contracts'],
  'libs/storage': ['libs/contracts'],
  'libs/model': ['libs/contracts'],
  'libs/pipeline': ['libs/contracts', 'libs/model'],
  'libs/training': ['libs/contracts', 'libs/storage', 'libs/model', 'libs/pipeline'],
  'libs/queue': ['libs/contracts', 'libs/storage'],
  'libs/access': ['libs/contracts', 'libs/storage'],
  'apps/api': ['libs/contracts', 'libs/storage', 'libs/access', 'libs/queue'],
  'apps/worker': ['libs/contracts', 'libs/storage', 'libs/model', 'libs/pipeline', 'libs/queue'],
  'apps/cli': [
    'libs/contracts',
    'libs/client',
    'libs/storage',
    'libs/access',
    'libs/model',
    'libs/pipeline',
    'libs/training',
  ],
  tools: ['libs/contracts', 'libs/client', 'libs/storage'],
  bench: ['libs/contracts', 'libs/client', 'libs/storage', 'libs/model', 'libs/pipeline', 'tools'],
};

const OUR_PACKAGES = '^(libs|apps)/[^/]+/|^(tools|bench|test)/';

const directions = Object.entries(MAY_IMPORT).flatMap(([name, allowed]) => {
  const to = (packages) => ({
    path: OUR_PACKAGES,
    pathNot: [name, ...packages].map((one) => `^${one}/`),
  });
  const comment = `${name} may import ${allowed.join(', ') || 'no other package'}.`;
  return [
    {
      name: `direction-of-${name.replace('/', '-')}`,
      comment,
      severity: 'error',
      from: { path: `^${name}/`, pathNot: SPEC },
      to: to(allowed),
    },
    {
      name: `direction-of-${name.replace('/', '-')}-specs`,
      comment: `${comment} Its specs may use the client and tools too.`,
      severity: 'error',
      from: { path: `^${name}/.*${SPEC}` },
      to: to([...allowed, 'libs/client', 'tools']),
    },
  ];
});

/** Only these import a package from npm, so that it could be replaced there. */
const owner = (packages, owners, comment) => ({
  name: `only-${owners[0].replace('/', '-')}-imports-${packages[0].replace(/\W+/g, '-')}`,
  comment,
  severity: 'error',
  from: { path: OUR_PACKAGES, pathNot: owners.map((one) => `^${one}/`) },
  to: { path: packages.map((one) => `node_modules/${one}(/|$)`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    owner(
      ['bullmq', 'ioredis', 'rate-limiter-flexible', '@bull-board'],
      ['libs/queue', 'test/chaos'],
      'Only libs/queue knows BullMQ and Redis; the chaos tests look into Redis beside it.',
    ),
    owner(
      ['onnxruntime-node', 'onnxruntime-common'],
      ['libs/model', 'bench'],
      'Only libs/model runs inference; bench runs the stock graph to compare with.',
    ),
    owner(
      ['@tensorflow'],
      ['libs/model', 'libs/training'],
      'Only libs/model infers and libs/training learns with TensorFlow.js.',
    ),
    owner(['@aws-sdk', '@smithy'], ['libs/storage'], 'Only libs/storage talks to S3.'),
    owner(['@nestjs', 'nestjs-pino'], ['apps/api'], 'Libraries hold no NestJS; only the API does.'),
    {
      name: 'no-cycles',
      comment: 'Modules that import one another cannot be understood or tested one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports it and it imports nothing: it is left over.',
      severity: 'error',
      from: { orphan: true, pathNot: [SPEC, '\\.d\\.ts$', '/dist/'] },
      to: {},
    },
    {
      name: 'not-to-specs',
      comment: 'A spec is imported by nothing, and what is made for specs by specs alone.',
      severity: 'error',
      from: { pathNot: [SPEC, FOR_SPECS] },
      to: { path: [SPEC, FOR_SPECS] },
    },
    {
      name: 'resolvable',
      comment:
        'An import that cannot be resolved is not checked: run `npm run build`, or declare the package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment:
        'A package of npm must stand in the package.json of the package that imports it; what specs are ' +
        'written with stands in the one at the root.',
      severity: 'error',
      from: { pathNot: [SPEC, FOR_SPECS] },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/(@jest/globals|fast-check)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    combinedDependencies: false,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      mainFields: ['types', 'module', 'main'],
    },
  },
};
