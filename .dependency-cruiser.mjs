/**
 * The rules of the house, as docs/architecture.md tells them: which folder may import which.
 * `tools/rooms.test.ts` breaks each of them once, to see that it bites.
 */

const rooms =
  '(connect|doctor|erase|export|feed|webhook|download|imports|ingest|operate|provision|records|retain|serve)';
const foundations = '(errors\\.ts|config\\.ts|environment\\.ts|(audit|observe|queue|fasten|medplum|spool|contract)/)';

/** Tests and measurements join what production keeps apart. */
const testsAndBench = ['\\.test\\.tsx?$', '^(bridge|ui|bots)/test/', '^(bridge|ui)/bench/'];

/** Written for the machine that builds or tests, never loaded by what runs. */
const buildTime = [...testsAndBench, '\\.config\\.ts$', '^bots/build\\.ts$', '^tools/', '^sandbox/'];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'rooms-never-import-each-other',
      comment: 'Rooms meet through a queue, or through a function type that join/ joins.',
      severity: 'error',
      from: { path: `^bridge/${rooms}/`, pathNot: testsAndBench },
      to: { path: `^bridge/${rooms}/`, pathNot: '^bridge/$1/' },
    },
    {
      name: 'foundations-import-no-room',
      comment: 'What every room stands on knows none of them.',
      severity: 'error',
      from: { path: `^bridge/${foundations}`, pathNot: testsAndBench },
      to: { path: `^bridge/(${rooms}/|app\\.ts$|join/)` },
    },
    {
      name: 'only-app-imports-rooms',
      comment:
        'app.ts and join/ are the one place where rooms are joined. (The commands of cli.ts load a file without the rest: they may use ingest; decide-command.ts decides about one: it may use export; replay-command.ts only adds a job; retention-command.ts lists what the job would remove.)',
      severity: 'error',
      from: {
        path: '^bridge/',
        pathNot: [`^bridge/${rooms}/`, '^bridge/(app\\.ts$|join/)', '^bridge/commands/', ...testsAndBench],
      },
      to: { path: `^bridge/${rooms}/` },
    },
    {
      name: 'commands-import-ingest-only',
      severity: 'error',
      from: {
        path: '^bridge/(cli\\.ts$|commands/)',
        pathNot: [
          '^bridge/commands/(decide|replay|provision|secrets|doctor|retention)-command\\.ts$',
          ...testsAndBench,
        ],
      },
      to: { path: `^bridge/(${rooms}/|queue/|fasten/|app\\.ts$)`, pathNot: '^bridge/(ingest/|download/spool\\.ts$)' },
    },
    {
      name: 'contract-is-browser-safe',
      comment: 'ui and bots load it: no Node built-ins, no package but zod (and the types of FHIR, which are no code).',
      severity: 'error',
      from: { path: '^bridge/contract/', pathNot: testsAndBench },
      to: { pathNot: ['^bridge/contract/', 'node_modules/zod/', 'node_modules/@medplum/fhirtypes/'] },
    },
    {
      name: 'ui-and-bots-see-only-the-contract',
      severity: 'error',
      from: { path: '^(ui|bots)/', pathNot: testsAndBench },
      to: { path: '^(bridge|ui|bots)/', pathNot: ['^bridge/contract/', '^$1/'] },
    },
    {
      name: 'the-contract-is-imported-by-its-package-name',
      comment: 'A path like ../../bridge/contract would break when the workspaces are deployed apart.',
      severity: 'error',
      from: { path: '^(ui|bots|sandbox)/' },
      to: { path: '^bridge/contract/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'production-never-imports-sandbox',
      severity: 'error',
      from: { pathNot: ['^sandbox/', ...testsAndBench, '^tools/'] },
      to: { path: '^sandbox/' },
    },
    {
      name: 'bullmq-only-in-queue',
      comment: 'queue/ owns retry, retention and shutdown; a second `new Worker` elsewhere would have its own.',
      severity: 'error',
      from: { path: '^bridge/', pathNot: ['^bridge/queue/', ...testsAndBench] },
      to: { path: 'node_modules/bullmq/' },
    },
    {
      name: 'http-clients-only-at-the-edges',
      comment: 'Where credentials may go is decided in fasten/, download/ and medplum/, and nowhere else.',
      severity: 'error',
      from: { path: '^bridge/', pathNot: ['^bridge/(fasten|download|medplum)/', ...testsAndBench] },
      to: { path: 'node_modules/undici/|^(node:)?https?$' },
    },
    {
      name: 'opentelemetry-only-when-asked-for',
      comment: 'observe/trace.ts loads it by a dynamic import: a process that does not trace pays nothing for it.',
      severity: 'error',
      from: { pathNot: ['^bridge/observe/open-telemetry\\.ts$', 'node_modules'] },
      to: { path: '@opentelemetry/' },
    },
    {
      name: 'opentelemetry-only-when-asked-for',
      severity: 'error',
      from: {},
      to: { path: '^bridge/observe/open-telemetry\\.ts$', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'exports-only-through-the-spool',
      comment:
        'A file that is opened past spool/ is noise when read, and bare when written. Listed: what opens no export (folders, our own files).',
      severity: 'error',
      from: {
        path: '^bridge/(download|ingest|medplum|export)/',
        pathNot: [
          '^bridge/download/spool\\.ts$',
          '^bridge/ingest/(import-file|scan/unpack-files|shape/load-definitions)\\.ts$',
          '^bridge/ingest/(documents/file-journal|repair/derive-required-codes)\\.ts$',
          ...testsAndBench,
        ],
      },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'production-uses-production-packages',
      comment:
        'An import of a devDependency works here and fails where only dependencies are installed. Types are no code.',
      severity: 'error',
      from: { path: '^(bridge|ui|bots)/', pathNot: buildTime },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@(types|medplum/fhirtypes)/',
      },
    },
    {
      name: 'packages-are-declared',
      comment: 'npm hoists: an undeclared package works until somebody else stops needing it.',
      severity: 'error',
      from: { path: '^(bridge|ui|bots|sandbox|tools)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(ui|bots|sandbox)/dist/' },
    // Type imports count: a type of another room binds as tightly as its code.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // Each workspace declares its own packages; the root holds the tools of all.
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default', 'require'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
