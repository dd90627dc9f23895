import type { SourcePatch } from './patch-text.ts';

/** The guards of the product, each taken out by one word: what is left must turn the suite red. */
export const MUTATIONS = {
  /** Every event is believed, whoever signed it. */
  signature: {
    file: 'bridge/webhook/verify-signature.ts',
    text: 'return verifiers.some((verifier) => accepts(verifier, rawBody, signed));',
    by: 'return signed !== undefined && accepts !== undefined;',
  },
  /** A transaction of a dead worker that arrives late is carried out. */
  fence: {
    file: 'bridge/ingest/write/lane.ts',
    text: ', ifMatch: ',
    by: ', ifNoneMatch: ',
  },
  /** An import that is run again takes everything for new. */
  matching: {
    file: 'bridge/ingest/match/match-window.ts',
    text: 'const sought = keys.filter(({ resourceType }) => held.has(searchedType(resourceType)));',
    by: 'const sought = keys.filter(() => held === undefined);',
  },
  /** Two imports of one namespace run at once. */
  lock: {
    file: 'bridge/queue/hold-lock.ts',
    text: 'jobIdOf([name])',
    by: 'jobIdOf([name, randomUUID()])',
  },
  /** Whoever's record it is, it goes into the chart. */
  chart: {
    file: 'bridge/ingest/guard/guard-chart.ts',
    text: 'conflicts.size > 0 ? await unlessAccepted',
    by: 'conflicts.size < 0 ? await unlessAccepted',
  },
  /** An erasure takes away what is there, and leaves to a dead worker's bundle what comes later. */
  erasure: {
    file: 'bridge/ingest/erase/erase-namespace.ts',
    text: 'const lanes = await closeLanes(medplum, namespace);',
    by: 'const lanes = closeLanes ? [] : [];',
  },
  /** A feed whose worker was killed begins again with the version at which it was. */
  feed: {
    file: 'bridge/feed/feed-bot.job.ts',
    text: 'return hasRun(medplum, botId, resource, earliestRun(begun, resource, source));',
    by: 'return earliestRun(begun, resource, source) < 0;',
  },
} as const satisfies Readonly<Record<string, SourcePatch>>;
