import type { DetectedIssue, Immunization, Observation, Provenance } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const reference = 'https://example.org/guidelines/Patient/p';
const patient = { resourceType: 'Patient', id: 'p' };
const issue = (id: string, more: object = {}) => ({
  resourceType: 'DetectedIssue',
  id,
  status: 'final',
  patient: { reference: 'Patient/p' },
  reference,
  ...more,
});

test('an element that is called reference and is a uri stays what it says', async () => {
  const education = [{ documentType: 'leaflet', reference: 'https://example.org/Patient/p' }];
  const immunization = {
    resourceType: 'Immunization',
    id: 'i',
    status: 'completed',
    vaccineCode: { text: 'Influenza' },
    patient: { reference: 'Patient/p' },
    occurrenceString: 'last year',
    education: [...education, { reference: 'leaflet.pdf' }],
  };
  const { report } = await world.load('uri', [patient, immunization]);
  expect(report).toMatchObject({ created: 2, quarantined: 0 });
  const [stored] = await world.stored<Immunization>('Immunization', 'uri');
  expect(stored?.education).toEqual(immunization.education);
});

test('a resource that the server takes for a reference is stored once, proven, and found by what refers to it', async () => {
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { text: 'Pulse' },
    focus: [{ reference: 'DetectedIssue/a' }],
  };
  const lines = [patient, issue('a'), issue('b', { implicated: [{ reference: 'Observation/o' }] }), observation];
  const { report } = await world.load('taken', lines);
  expect(report).toMatchObject({ created: 4, quarantined: 0 });
  const issues = await world.stored<DetectedIssue>('DetectedIssue', 'taken');
  expect(issues.map((one) => one.reference)).toEqual([reference, reference]);
  const [stored] = await world.stored<Observation>('Observation', 'taken');
  const first = issues.find(({ meta }) => meta?.source?.endsWith('/a'));
  expect(stored?.focus).toEqual([{ reference: `DetectedIssue/${first?.id}` }]);
  const provenances = await world.stored<Provenance>('Provenance', 'taken');
  const targets = provenances.flatMap(({ target }) => target.map((one) => one.reference));
  for (const { id } of issues) expect(targets.filter((one) => one === `DetectedIssue/${id}`)).toHaveLength(1);
  expect(targets).not.toContain(reference);
  expect((await world.load('taken', lines)).report).toMatchObject({ created: 0, updated: 0, unchanged: 4 });
});
