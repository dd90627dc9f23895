import type { Extension, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOURCE_REFERENCE_EXTENSION } from '../contract/identifiers.ts';
import { checkProperty } from './check-property.ts';
import { type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const TYPES = ['Observation', 'Encounter', 'Patient', 'Organization', 'Basic'] as const;
type NodeType = (typeof TYPES)[number];

/** What each type needs besides references, for the server to take it. */
const REQUIRED: Readonly<Record<NodeType, object>> = {
  Observation: { status: 'final', code: { text: 'Pulse' } },
  Encounter: { status: 'finished', class: { code: 'AMB' } },
  Patient: {},
  Organization: {},
  Basic: { code: { text: 'x' } },
};

/** The forms in which exports name a resource; the id of a node is a UUID, so that a urn may name it too. */
const FORMS = {
  relative: (type: string, id: string) => `${type}/${id}`,
  versioned: (type: string, id: string) => `${type}/${id}/_history/7`,
  absolute: (type: string, id: string) => `https://ehr.example.test/fhir/R4/${type}/${id}`,
  'absolute and versioned': (type: string, id: string) => `https://ehr.example.test/r4/${type}/${id}/_history/1`,
  urn: (_: string, id: string) => `urn:uuid:${id}`,
  'urn in capitals': (_: string, id: string) => `urn:uuid:${id.toUpperCase()}`,
  search: (type: string, id: string) => `${type}?identifier=${SYSTEM}|${id}`,
  'search that several may answer': (type: string) => `${type}?identifier=${SYSTEM}|shared`,
};

const SYSTEM = 'urn:oid:2.16.840.1';
/** Types that conditional references may ask for. */
const SOUGHT: readonly string[] = ['Patient', 'Organization'];

/** Forms that name nothing which the export has. */
const LOST = [
  'Observation/nowhere',
  'https://ehr.example.test/fhir/Encounter/nowhere',
  'urn:uuid:00000000-0000-4000-8000-ffffffffffff',
  'Practitioner?identifier=http://npi.example.test|nobody',
  'nonsense',
  'Observation/',
];

const edge = fc.oneof(
  { weight: 4, arbitrary: fc.record({ to: fc.nat(11), form: fc.constantFrom(...Object.keys(FORMS)) }) },
  { weight: 1, arbitrary: fc.constantFrom(...LOST).map((lost) => ({ lost })) },
);
type Edge = typeof edge extends fc.Arbitrary<infer T> ? T : never;

const node = fc.record({
  type: fc.constantFrom(...TYPES),
  edges: fc.array(edge, { maxLength: 5 }),
  contained: fc.array(edge, { maxLength: 2 }),
  /** Whether it has an identifier that others may have too. */
  shares: fc.boolean(),
});
type Node = typeof node extends fc.Arbitrary<infer T> ? T : never;

const EXTENSION = 'http://example.test/refers-to';

function idOf(at: number): string {
  return `00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;
}

function textOf(nodes: readonly Node[], edge: Edge): string {
  if ('lost' in edge) return edge.lost;
  const at = edge.to % nodes.length;
  return FORMS[edge.form as keyof typeof FORMS](nodes[at]?.type ?? '', idOf(at));
}

/** References stand in extensions, which every type may have; those of an Observation in `focus` too. */
function toLine(nodes: readonly Node[], at: number): object {
  const { type, edges, contained, shares } = nodes[at] as Node;
  const references = edges.map((one) => ({ reference: textOf(nodes, one) }));
  const inner = contained.map((one, position) => ({
    resourceType: 'Observation',
    id: `c${position}`,
    ...REQUIRED.Observation,
    focus: [{ reference: textOf(nodes, one) }],
  }));
  const toInner = inner.map(({ id }) => ({ url: EXTENSION, valueReference: { reference: `#${id}` } }));
  return {
    resourceType: type,
    id: idOf(at),
    ...REQUIRED[type],
    identifier: [idOf(at), ...(shares ? ['shared'] : [])].map((value) => ({ system: SYSTEM, value })),
    ...(inner.length > 0 ? { contained: inner } : {}),
    extension: [...references.map((valueReference) => ({ url: EXTENSION, valueReference })), ...toInner],
    ...(type === 'Observation' ? { focus: references } : {}),
  };
}

type Held = { reference?: string; extension?: Extension[] };

/** What a stored reference says: the target's place among the nodes, or the source's text where it is logical. */
function said(reference: Held | undefined, places: ReadonlyMap<string, number>): number | string | undefined {
  const logical = reference?.extension?.find(({ url }) => url === SOURCE_REFERENCE_EXTENSION)?.valueString;
  if (reference?.reference === undefined) return logical;
  return places.get(reference.reference) ?? reference.reference;
}

function expected(nodes: readonly Node[], edge: Edge): number | string {
  if ('lost' in edge) return edge.lost;
  const at = edge.to % nodes.length;
  const type = nodes[at]?.type ?? '';
  if (!edge.form.startsWith('search')) return at;
  const answers =
    edge.form === 'search' ? [at] : nodes.flatMap((one, n) => (one.shares && one.type === type ? [n] : []));
  const [only, second] = SOUGHT.includes(type) ? answers : [];
  return only === undefined || second !== undefined ? textOf(nodes, edge) : only;
}

let runs = 0;

/** How the graph is written. */
interface Mode {
  readonly hasTransactions: boolean;
  /** Records of a bundle; a component may be larger. */
  readonly maxEntries: number;
}

async function expectLinked(nodes: readonly Node[], { hasTransactions, maxEntries }: Mode): Promise<void> {
  world.server.switches.transactionBundles = hasTransactions;
  const namespace = `graph-${runs++}`;
  const lines = nodes.map((_, at) => toLine(nodes, at));
  const { report } = await world.load(namespace, lines, { maxEntries });
  expect(report.created).toBe(nodes.length);
  const found = await Promise.all(TYPES.map((type) => world.stored(type, namespace)));
  const stored = found.flat().filter(({ meta }) => meta?.source);
  const at = ({ meta }: Resource): number => Number.parseInt(meta?.source?.slice(-12) ?? '', 16);
  const places = new Map(stored.map((one) => [`${one.resourceType}/${one.id}`, at(one)]));
  expect(places.size).toBe(nodes.length);
  for (const one of stored) {
    const { edges, contained } = nodes[at(one)] as Node;
    const { extension, focus, contained: inner } = one as { extension?: Extension[]; focus?: Held[]; contained?: [] };
    const links = extension?.filter(({ url }) => url === EXTENSION).map(({ valueReference }) => valueReference);
    const wanted = edges.map((edge) => expected(nodes, edge));
    expect(links?.map((link) => said(link, places)) ?? []).toEqual([...wanted, ...contained.map((_, n) => `#c${n}`)]);
    if (one.resourceType === 'Observation') expect(focus?.map((link) => said(link, places)) ?? []).toEqual(wanted);
    const nested = (inner ?? []).flatMap(({ focus: held }: { focus: Held[] }) => held);
    expect(nested.map((link) => said(link, places))).toEqual(contained.map((edge) => expected(nodes, edge)));
  }
  const again = await world.load(namespace, lines, { maxEntries });
  expect(again.report).toMatchObject({ unchanged: nodes.length, created: 0, updated: 0 });
}

test('in any graph, every reference whose target the export has points at it, and the others keep their text', async () => {
  const graph = fc.record({
    nodes: fc.array(node, { minLength: 1, maxLength: 12 }),
    hasTransactions: fc.boolean(),
    maxEntries: fc.constantFrom(1, 2, 5, 100),
  });
  await checkProperty(graph, 40, ({ nodes, ...mode }) => expectLinked(nodes, mode));
});

test('so it is in a circle that is larger than a bundle may be', async () => {
  const nodes = Array.from({ length: 130 }, (_, at): Node => {
    const edges: Edge[] = [at + 1, at * 7].map((to) => ({ to, form: 'relative' }));
    return { type: 'Observation', edges, contained: [], shares: false };
  });
  await expectLinked(nodes, { hasTransactions: true, maxEntries: 100 });
});
