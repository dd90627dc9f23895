import type { AccessPolicyResource } from '@medplum/fhirtypes';
import { bundleOf } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import { newSource, observationOf, patientOf } from '../make-resources.ts';
import { openLimited } from '../open-limited.ts';
import type { Party } from '../open-party.ts';
import type { World } from '../open-world.ts';
import { countOf, resourceOf, said, saidOfEntries } from '../said.ts';

/** Two patients, an Observation of each, and one of each that was deleted. */
async function fixtures(world: World) {
  const source = newSource(world);
  const post = async (type: string, body: unknown) => resourceOf(await world.member.call('POST', type, body)).id;
  const [mine, theirs] = [await post('Patient', patientOf(source)), await post('Patient', patientOf(source))];
  const observe = (patient: string) => post('Observation', observationOf(`Patient/${patient}`, { meta: { source } }));
  const [ofMine, ofTheirs, goneMine, goneTheirs] = [
    await observe(mine),
    await observe(theirs),
    await observe(mine),
    await observe(theirs),
  ];
  for (const id of [goneMine, goneTheirs]) await world.member.call('DELETE', `Observation/${id}`);
  return { source, mine, theirs, ofMine, ofTheirs, goneMine, goneTheirs };
}

const inCompartment = (resourceType: 'Observation' | 'Patient' | '*', more: Partial<AccessPolicyResource> = {}) =>
  ({ resourceType, criteria: `${resourceType}?_compartment=%patient`, ...more }) as AccessPolicyResource;

async function reader(world: World, mine: string): Promise<Party> {
  const rules = [inCompartment('Observation', { readonly: true }), inCompartment('Patient', { readonly: true })];
  return openLimited(world, rules, { patient: `Patient/${mine}` });
}

/** What an AccessPolicy limited to a patient's compartment lets its member do. Needs an admin. */
export const compartments = [
  likeness(
    'a reader of a compartment reads what is theirs, and knows of nothing else',
    {
      mine: '200',
      theirs: '404 Not found',
      ofMine: '200',
      ofTheirs: '404 Not found',
      goneMine: '404 Not found',
      goneTheirs: '404 Not found',
      found: 1,
      patients: 1,
      history: '404 Not found',
    },
    async (world) => {
      const { mine, theirs, ofMine, ofTheirs, goneMine, goneTheirs, source } = await fixtures(world);
      const party = await reader(world, mine);
      const paths = {
        mine: `Patient/${mine}`,
        theirs: `Patient/${theirs}`,
        ofMine: `Observation/${ofMine}`,
        ofTheirs: `Observation/${ofTheirs}`,
        goneMine: `Observation/${goneMine}`,
        goneTheirs: `Observation/${goneTheirs}`,
      };
      const answers: Record<string, unknown> = {};
      for (const [name, path] of Object.entries(paths)) answers[name] = said(await party.call('GET', path));
      answers.found = await countOf(party, `Observation?_source=${source}`);
      answers.patients = await countOf(party, `Patient?_source=${source}`);
      answers.history = said(await party.call('GET', `Observation/${ofTheirs}/_history`));
      return answers;
    },
  ),

  likeness(
    'a reader writes nothing',
    ['403 Forbidden', '403 Forbidden', '403 Forbidden', '403 Forbidden', ['403 Forbidden']],
    async (world) => {
      const { mine, ofMine } = await fixtures(world);
      const party = await reader(world, mine);
      const body = observationOf(`Patient/${mine}`);
      const patch = [{ op: 'replace', path: '/status', value: 'amended' }];
      return [
        said(await party.call('POST', 'Observation', body)),
        said(await party.call('PUT', `Observation/${ofMine}`, { ...body, id: ofMine, status: 'amended' })),
        said(
          await party.call('PATCH', `Observation/${ofMine}`, patch, { 'Content-Type': 'application/json-patch+json' }),
        ),
        said(await party.call('DELETE', `Observation/${ofMine}`)),
        saidOfEntries(await party.call('POST', '', bundleOf('batch', [body]))),
      ];
    },
  ),

  likeness(
    'a type that no rule names is forbidden, whether it is there or not',
    ['403 Forbidden', '403 Forbidden', '403 Forbidden', '200', '403 Forbidden'],
    async (world) => {
      const { mine } = await fixtures(world);
      const party = await reader(world, mine);
      return [
        said(await party.call('GET', 'Organization?name=x')),
        said(await party.call('GET', 'Organization/00000000-0000-4000-8000-000000000000')),
        said(await party.call('POST', 'Organization', { resourceType: 'Organization', name: 'x' })),
        said(await party.call('GET', 'StructureDefinition?_count=1')),
        said(await party.call('GET', 'Binary/00000000-0000-4000-8000-000000000000')),
      ];
    },
  ),

  likeness(
    'a writer of a compartment writes into it, and into no other',
    {
      createMine: '201',
      createTheirs: '403 Forbidden',
      createNobodys: '403 Forbidden',
      updateMine: '200',
      updateTheirs: '404 Not found',
      giveAway: '403 Forbidden',
      takeOver: '404 Not found',
      deleteTheirs: '404 Not found',
      deleteMine: '200 All OK',
    },
    async (world) => {
      const { mine, theirs, ofMine, ofTheirs } = await fixtures(world);
      const party = await openLimited(world, [inCompartment('Observation')], { patient: `Patient/${mine}` });
      const put = async (id: string, patient: string) =>
        said(
          await party.call('PUT', `Observation/${id}`, {
            ...observationOf(`Patient/${patient}`, { status: 'amended' }),
            id,
          }),
        );
      return {
        createMine: said(await party.call('POST', 'Observation', observationOf(`Patient/${mine}`))),
        createTheirs: said(await party.call('POST', 'Observation', observationOf(`Patient/${theirs}`))),
        createNobodys: said(await party.call('POST', 'Observation', observationOf(undefined))),
        updateMine: await put(ofMine, mine),
        updateTheirs: await put(ofTheirs, theirs),
        giveAway: await put(ofMine, theirs),
        takeOver: await put(ofTheirs, mine),
        deleteTheirs: said(await party.call('DELETE', `Observation/${ofTheirs}`)),
        deleteMine: said(await party.call('DELETE', `Observation/${ofMine}`)),
      };
    },
  ),

  likeness(
    'a rule for every type with criteria finds and reads, and no more',
    {
      read: '200',
      readTheirs: '404 Not found',
      found: 1,
      history: '403 Forbidden',
      create: '403 Forbidden',
      included: 1,
    },
    async (world) => {
      const { mine, ofMine, ofTheirs, source } = await fixtures(world);
      const party = await openLimited(world, [inCompartment('*')], { patient: `Patient/${mine}` });
      return {
        read: said(await party.call('GET', `Observation/${ofMine}`)),
        readTheirs: said(await party.call('GET', `Observation/${ofTheirs}`)),
        found: await countOf(party, `Observation?_source=${source}`),
        history: said(await party.call('GET', `Observation/${ofMine}/_history`)),
        create: said(await party.call('POST', 'Observation', observationOf(`Patient/${mine}`))),
        included: await countOf(party, `Observation?_source=${source}&_include=Observation:subject`),
      };
    },
  ),

  likeness(
    '/auth/me tells the policy filled in',
    [
      {
        resourceType: 'Observation',
        criteria: 'Observation?_compartment=Patient/<patient>',
        readonly: true,
        interaction: ['search', 'read', 'history', 'vread'],
      },
      {
        resourceType: 'Patient',
        criteria: 'Patient?_compartment=Patient/<patient>',
        readonly: true,
        interaction: ['search', 'read', 'history', 'vread'],
      },
      { resourceType: 'SearchParameter', readonly: true },
      { resourceType: 'StructureDefinition', readonly: true },
    ],
    async (world) => {
      const { mine } = await fixtures(world);
      const party = await reader(world, mine);
      const { json } = await party.call('GET', '/auth/me');
      const { accessPolicy } = json as { accessPolicy?: { resource?: AccessPolicyResource[] } };
      return JSON.parse(JSON.stringify(accessPolicy?.resource).replaceAll(mine, '<patient>'));
    },
  ),

  likeness('a Binary is not limited by criteria or security context', [200, 'bytes'], async (world) => {
    const { mine, theirs } = await fixtures(world);
    const rules = [inCompartment('Patient'), { resourceType: 'Binary' as const, readonly: true }];
    const party = await openLimited(world, rules, { patient: `Patient/${mine}` });
    const headers = { 'Content-Type': 'application/pdf', 'X-Security-Context': `Patient/${theirs}` };
    const made = await world.member.call('POST', 'Binary', 'bytes', headers);
    const { status, text } = await party.call('GET', `Binary/${resourceOf(made).id}`);
    return [status, text];
  }),

  likeness(
    'a Provenance or AuditEvent is seen by whom it names',
    ['200', '404 Not found', '200', '404 Not found'],
    async (world) => {
      const { mine, ofMine } = await fixtures(world);
      const types = ['Provenance', 'AuditEvent', 'Organization'] as const;
      const rules = types.map((resourceType) => ({ resourceType, criteria: `${resourceType}?_compartment=%patient` }));
      const party = await openLimited(world, rules, { patient: `Patient/${mine}` });
      const agent = [{ who: { display: 'x' } }];
      const provenance = (reference: string) => ({
        resourceType: 'Provenance',
        recorded: '2024-01-01T00:00:00Z',
        agent,
        target: [{ reference }],
      });
      const event = (reference: string) => ({
        resourceType: 'AuditEvent',
        recorded: '2024-01-01T00:00:00Z',
        type: { code: 'x' },
        agent: [{ requestor: true }],
        source: { observer: { display: 'x' } },
        entity: [{ what: { reference } }],
      });
      const seen: string[] = [];
      for (const body of [
        provenance(`Patient/${mine}`),
        provenance(`Observation/${ofMine}`),
        event(`Patient/${mine}`),
        event(`Observation/${ofMine}`),
      ]) {
        const { id } = resourceOf(await world.member.call('POST', body.resourceType, body));
        seen.push(said(await party.call('GET', `${body.resourceType}/${id}`)));
      }
      return seen;
    },
  ),
];
