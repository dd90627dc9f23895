/** What can be said of a fault besides how often it strikes. */
export interface Measures {
  /** Milliseconds: of a delay, or until a refused request may come again. */
  readonly ms?: number;
  /** How many deliveries in place of one. */
  readonly copies?: number;
  /** How many bytes are changed. */
  readonly bytes?: number;
  /** Requests whose path this regular expression finds, without the query; all that the fault suits when absent. */
  readonly path?: string;
}

export type FaultGroup = 'webhooks' | 'api' | 'downloads' | 'store';

/** One thing that can be made to go wrong, told for a person who switches it on. */
export interface FaultKind {
  readonly name: string;
  readonly group: FaultGroup;
  readonly label: string;
  readonly what: string;
  /** What can be said of it, and what holds when nobody says it. */
  readonly defaults: Measures;
}

/** Every fault that the sandbox Fasten can be made to have at a rate. Each is tried on the bridge: docs/sandbox-fasten.md. */
export const FASTEN_FAULTS = [
  {
    name: 'duplicated',
    group: 'webhooks',
    label: 'Delivered more than once',
    what: 'An event is delivered so many times at once, under one id.',
    defaults: { copies: 2 },
  },
  {
    name: 'late',
    group: 'webhooks',
    label: 'Late',
    what: 'The first delivery of an event waits for so long.',
    defaults: { ms: 3000 },
  },
  {
    name: 'outOfOrder',
    group: 'webhooks',
    label: 'Out of order',
    what: 'The first delivery of an event waits until another event has overtaken it, at most for so long.',
    defaults: { ms: 10_000 },
  },
  {
    name: 'wrongSignature',
    group: 'webhooks',
    label: 'Forged: wrong signature',
    what: 'Before the true delivery comes one with a made-up signature.',
    defaults: {},
  },
  {
    name: 'wrongSecret',
    group: 'webhooks',
    label: 'Forged: wrong secret',
    what: 'Before the true delivery comes one that is signed with another secret.',
    defaults: {},
  },
  {
    name: 'staleTimestamp',
    group: 'webhooks',
    label: 'Forged: stale timestamp',
    what: 'Before the true delivery comes one that was signed with the true secret six minutes ago.',
    defaults: {},
  },
  {
    name: 'alteredBody',
    group: 'webhooks',
    label: 'Forged: altered body',
    what: 'Before the true delivery comes one whose body was changed after it was signed.',
    defaults: {},
  },
  {
    name: 'replayed',
    group: 'webhooks',
    label: 'Replayed',
    what: 'After the true delivery the same bytes are sent once more.',
    defaults: {},
  },
  {
    name: 'apiUnavailable',
    group: 'api',
    label: 'API unavailable',
    what: "A call of Fasten's API is answered with 503.",
    defaults: {},
  },
  {
    name: 'expiredLink',
    group: 'api',
    label: 'Expired link',
    what: 'A download is sent to a signed address that has expired.',
    defaults: {},
  },
  {
    name: 'slowDownload',
    group: 'downloads',
    label: 'Slow',
    what: 'A file takes so long to come.',
    defaults: { ms: 3000 },
  },
  {
    name: 'cutDownload',
    group: 'downloads',
    label: 'Cut',
    what: 'The connection is reset somewhere in the file.',
    defaults: {},
  },
  {
    name: 'truncatedDownload',
    group: 'downloads',
    label: 'Truncated, the length does not match',
    what: 'The connection ends in order, with fewer bytes than Content-Length has promised.',
    defaults: {},
  },
  {
    name: 'shortDownload',
    group: 'downloads',
    label: 'Truncated, the length matches',
    what: 'The file ends somewhere, and Content-Length and ETag are those of what there is.',
    defaults: {},
  },
  {
    name: 'corruptDownload',
    group: 'downloads',
    label: 'Corrupt',
    what: 'One bit is flipped in so many bytes.',
    defaults: { bytes: 3 },
  },
  {
    name: 'gzipEncoded',
    group: 'downloads',
    label: 'Content-Encoding: gzip',
    what: 'The file comes packed, and a header says so. Only to a client that takes it.',
    defaults: {},
  },
  {
    name: 'gzipFile',
    group: 'downloads',
    label: 'A .gz file',
    what: 'The file comes packed, and nothing but its bytes says so.',
    defaults: {},
  },
] as const satisfies readonly FaultKind[];

const FHIR = '^/fhir/R4';

/** Every fault that the sandbox Medplum can be made to have at a rate. Each is tried on the bridge: docs/sandbox-medplum.md. */
export const STORE_FAULTS = [
  {
    name: 'throttled',
    group: 'store',
    label: '429, as Medplum says it',
    what: 'Refused before anything is done; RateLimit and the outcome say for how long.',
    defaults: { ms: 1000, path: FHIR },
  },
  {
    name: 'throttledAtGateway',
    group: 'store',
    label: '429, as a gateway says it',
    what: 'Refused before anything is done; Retry-After says for how long, and nothing else.',
    defaults: { ms: 1000, path: FHIR },
  },
  {
    name: 'conflict',
    group: 'store',
    label: '409',
    what: 'A write or a transaction is rolled back: it could not be serialised. In a batch, one entry.',
    defaults: { path: FHIR },
  },
  {
    name: 'serverError',
    group: 'store',
    label: '500',
    what: 'Refused before anything is done.',
    defaults: { path: FHIR },
  },
  {
    name: 'badGateway',
    group: 'store',
    label: '502',
    what: 'Refused by a gateway before anything is done, in HTML.',
    defaults: { path: FHIR },
  },
  {
    name: 'unavailable',
    group: 'store',
    label: '503',
    what: 'Refused by a gateway before anything is done, in HTML.',
    defaults: { path: FHIR },
  },
  {
    name: 'gatewayTimeout',
    group: 'store',
    label: '504, and done all the same',
    what: 'The request is carried out, but a gateway answers in place of the server.',
    defaults: { path: FHIR },
  },
  {
    name: 'slowReply',
    group: 'store',
    label: 'Slow',
    what: 'A request waits for so long before it is carried out.',
    defaults: { ms: 1000, path: FHIR },
  },
  {
    name: 'dropped',
    group: 'store',
    label: 'Connection dropped before',
    what: 'The connection is cut before the request is looked at.',
    defaults: { path: FHIR },
  },
  {
    name: 'replyLost',
    group: 'store',
    label: 'Connection dropped after',
    what: 'The request is carried out, and the connection is cut before the reply.',
    defaults: { path: FHIR },
  },
] as const satisfies readonly FaultKind[];

export type FastenFault = (typeof FASTEN_FAULTS)[number]['name'];
export type StoreFault = (typeof STORE_FAULTS)[number]['name'];
