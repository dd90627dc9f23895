import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { SOURCE_ACTIVE_EXTENSION } from '../../contract/identifiers.ts';
import { readResource } from '../scan/read-resource.ts';
import type { JsonObject } from '../walk-references.ts';
import { loadDefinitions } from './load-definitions.ts';
import { prepareResource } from './prepare-resource.ts';

beforeAll(loadDefinitions);

const APP = 'Patient/0c7b1e55-5a4d-4c3a-9a8a-0e6d2f4b1a11';
const observation = { resourceType: 'Observation', id: 'o-1', status: 'final', code: { text: 'x' } };

/** What comes of a line, read as the import reads it. */
function prepare(source: object, app?: string) {
  const read = readResource(Buffer.from(JSON.stringify(source)));
  if (!('key' in read)) throw new Error(read.code);
  return prepareResource(3, read.key, read.resource, app === undefined ? undefined : { by: app });
}

function prepared(source: object, app?: string) {
  const made = prepare(source, app);
  if (!('links' in made)) throw new Error(JSON.stringify(made.issues));
  return made;
}

test('a resource loses its id and keeps everything else, its references listed as the source wrote them', () => {
  const source = {
    ...observation,
    contained: [{ resourceType: 'Specimen', id: 's', subject: { reference: 'Patient/1' } }],
    subject: { reference: 'Patient/1' },
    specimen: { reference: '#s' },
  };
  const { row, key, resource, links } = prepared(source);
  const { id, ...content } = source;
  expect(resource).toEqual(content);
  expect([row, key]).toEqual([3, { resourceType: 'Observation', id }]);
  expect(links.map(({ text, nested }) => [text, nested])).toEqual([
    ['Patient/1', true],
    ['Patient/1', false],
    ['#s', false],
  ]);
  expect(links[1]?.holder).toBe(resource.subject);
});

test('what is passed in keeps its id', () => {
  const source: JsonObject = { ...observation };
  prepareResource(0, { resourceType: 'Observation', id: 'o-1' }, source, undefined);
  expect(source.id).toBe('o-1');
});

test('an empty reference says nothing and is left out; what stands beside it stays', () => {
  const { resource, links } = prepared({ ...observation, performer: [{ reference: '', display: 'Dr. Who' }] });
  expect(resource.performer).toEqual([{ display: 'Dr. Who' }]);
  expect(links).toEqual([]);
});

test('what no rule can make acceptable is not prepared, and says where and why without a value', () => {
  const subject = { display: 'Ann' };
  const made = prepare({ resourceType: 'MedicationRequest', id: 'm', status: 'active', intent: 'order', subject });
  expect(made).not.toHaveProperty('resource');
  const issues = 'issues' in made ? made.issues : [];
  expect(issues.flatMap(({ expression }) => expression)).toEqual(['MedicationRequest.medication[x]']);
  expect(JSON.stringify(issues)).not.toContain('Ann');
});

test('what the server would set anew is no fault of the source, whatever it says there', () => {
  const meta = { versionId: 'no id!', lastUpdated: 'yesterday', source: 'a b' };
  const { resource, repairs } = prepared({ ...observation, meta });
  expect(repairs).toEqual([]);
  expect(resource.meta).toEqual(meta);
});

test("beside the app's Patient the source's is kept inactive and replaced by it, its own word on that kept", () => {
  const link = { other: { reference: 'Patient/2' }, type: 'seealso' };
  const extension = [{ url: 'https://example.org/x', valueString: 'x' }];
  const { resource, links } = prepared(
    { resourceType: 'Patient', id: '1', active: true, link: [link], extension },
    APP,
  );
  expect(resource).toEqual({
    resourceType: 'Patient',
    active: false,
    link: [link, { other: { reference: APP }, type: 'replaced-by' }],
    extension: [...extension, { url: SOURCE_ACTIVE_EXTENSION, valueBoolean: true }],
  });
  expect(links.map(({ text }) => text)).toEqual(['Patient/2']);
});

test("a Patient that its source replaced by another is first of all replaced by the app's", () => {
  const [seealso, merged] = ['seealso', 'replaced-by'].map((type) => ({ other: { reference: 'Patient/2' }, type }));
  const { resource } = prepared({ resourceType: 'Patient', id: '1', link: [seealso, merged] }, APP);
  expect(resource.link).toEqual([seealso, { other: { reference: APP }, type: 'replaced-by' }, merged]);
});

test('a Patient that does not say whether it is active gets no word on it', () => {
  expect(prepared({ resourceType: 'Patient', id: '1' }, APP).resource).toEqual({
    resourceType: 'Patient',
    active: false,
    link: [{ other: { reference: APP }, type: 'replaced-by' }],
  });
});

test.each([{ active: 'yes' }, { link: 'Patient/2' }, { extension: 'x' }])(
  "a malformed Patient is repaired before it is put beside the app's: %j",
  (part) => {
    const { resource, repairs } = prepared({ resourceType: 'Patient', id: '1', ...part }, APP);
    expect(repairs.length).toBeGreaterThan(0);
    expect(resource.active).toBe(false);
    expect(resource.link).toContainEqual({ other: { reference: APP }, type: 'replaced-by' });
  },
);

test("without the app's Patient the export's own stays as it is, and so does every other resource with it", () => {
  const { resource } = prepared({ resourceType: 'Patient', id: '1', active: true });
  expect(resource).toEqual({ resourceType: 'Patient', active: true });
  expect(prepared(observation, APP).resource).toEqual(prepared(observation).resource);
});

test('whatever a line holds under the names that FHIR knows, it is prepared or refused, and never an error', () => {
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(null, [], {}, [null], [[]], '', { reference: 'Patient/1' }, { reference: [] }, [
      { url: 1 },
    ]),
  );
  const name = fc.constantFrom(
    ...['subject', 'code', 'status', 'contained', 'extension', 'identifier', 'text', 'meta', 'link', 'active', 'name'],
    ...[
      '_status',
      '_code',
      'valueQuantity',
      'value',
      'component',
      'note',
      'birthDate',
      '__proto__',
      'constructor',
      'id',
    ],
    ...['item', 'entry', 'resource', 'parameter', 'item.item', 'language', 'implicitRules', 'performer', 'contact'],
  );
  const type = fc.constantFrom('Patient', 'Observation', 'Parameters', 'Questionnaire', 'ValueSet');
  const source = fc
    .tuple(type, fc.array(fc.tuple(name, junk), { maxLength: 6 }))
    .map(([resourceType, entries]) => ({ ...Object.fromEntries(entries), resourceType, id: '1' }));
  fc.assert(
    fc.property(source, fc.constantFrom(undefined, APP), (line, app) => {
      const made = prepare(line, app);
      if ('issues' in made) expect(made.issues.length).toBeGreaterThan(0);
      else expect(made.resource).not.toHaveProperty('id');
    }),
    { numRuns: 3000 },
  );
});
