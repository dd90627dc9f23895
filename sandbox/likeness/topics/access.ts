import type { AccessPolicyResource, Bundle, Observation, Patient } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { newSource, observationOf, patientOf } from '../make-resources.ts';
import { membershipOf, openLimited } from '../open-limited.ts';
import { countOf, resourceOf, said } from '../said.ts';

/** What an AccessPolicy lets its member do. Needs an admin. */
export const access = [
  likeness(
    'interactions are allowed one by one',
    ['201', '200', '403 Forbidden', '403 Forbidden', '403 Forbidden', '403 Forbidden'],
    async (world) => {
      const party = await openLimited(world, [{ resourceType: 'Observation', interaction: ['create', 'read'] }]);
      const made = await party.call('POST', 'Observation', observationOf(undefined));
      const { id } = resourceOf<Observation>(made);
      return [
        said(made),
        said(await party.call('GET', `Observation/${id}`)),
        said(await party.call('GET', `Observation?_id=${id}`)),
        said(await party.call('GET', `Observation/${id}/_history`)),
        said(await party.call('PUT', `Observation/${id}`, { ...observationOf(undefined, { status: 'amended' }), id })),
        said(await party.call('DELETE', `Observation/${id}`)),
      ];
    },
  ),

  likeness(
    'hidden fields are not shown, and not lost by a write',
    [
      ['gender', 'id', 'meta', 'name', 'resourceType'],
      [{ given: ['G'] }],
      '200',
      '1980-01-01',
      [{ given: ['G'] }],
      'female',
    ],
    async (world) => {
      const rules: AccessPolicyResource[] = [{ resourceType: 'Patient', hiddenFields: ['birthDate', 'name.family'] }];
      const party = await openLimited(world, rules);
      const body = patientOf(newSource(world), {
        birthDate: '1980-01-01',
        gender: 'male',
        name: [{ family: 'F', given: ['G'] }],
      });
      const { id } = resourceOf<Patient>(await world.member.call('POST', 'Patient', body));
      const shown = resourceOf<Patient>(await party.call('GET', `Patient/${id}`));
      const put = await party.call('PUT', `Patient/${id}`, { ...shown, gender: 'female' });
      const { birthDate, name, gender } = resourceOf<Patient>(await world.member.call('GET', `Patient/${id}`));
      return [Object.keys(shown).toSorted(), shown.name, said(put), birthDate ?? null, name, gender];
    },
  ),

  likeness('read-only fields keep what they had', ['200', '1980-01-01', null, 'female'], async (world) => {
    const party = await openLimited(world, [{ resourceType: 'Patient', readonlyFields: ['birthDate', 'active'] }]);
    const body = patientOf(newSource(world), { birthDate: '1980-01-01', gender: 'male' });
    const { id } = resourceOf<Patient>(await world.member.call('POST', 'Patient', body));
    const put = await party.call('PUT', `Patient/${id}`, {
      ...body,
      id,
      birthDate: '1990-01-01',
      active: true,
      gender: 'female',
    });
    const { birthDate, active, gender } = resourceOf<Patient>(await world.member.call('GET', `Patient/${id}`));
    return [said(put), birthDate, active ?? null, gender];
  }),

  likeness('a write constraint holds between before and after', ['201', '403 Forbidden', '200'], async (world) => {
    const expression = "%before.exists() implies %before.status != 'final' or %after.status = 'amended'";
    const writeConstraint = [{ language: 'text/fhirpath' as const, expression }];
    const party = await openLimited(world, [{ resourceType: 'Observation', writeConstraint }]);
    const made = await party.call('POST', 'Observation', observationOf(undefined));
    const { id } = resourceOf<Observation>(made);
    const put = async (status: 'amended' | 'cancelled') =>
      said(await party.call('PUT', `Observation/${id}`, { ...observationOf(undefined, { status }), id }));
    return [said(made), await put('cancelled'), await put('amended')];
  }),

  likeness('any criteria of a search may limit', ['201', '403 Forbidden', '403 Forbidden'], async (world) => {
    const rules: AccessPolicyResource[] = [{ resourceType: 'Observation', criteria: 'Observation?status=final' }];
    const party = await openLimited(world, rules);
    const made = await party.call('POST', 'Observation', observationOf(undefined));
    const { id } = resourceOf<Observation>(made);
    return [
      said(made),
      said(await party.call('POST', 'Observation', observationOf(undefined, { status: 'preliminary' }))),
      said(await party.call('PUT', `Observation/${id}`, { ...observationOf(undefined, { status: 'amended' }), id })),
    ];
  }),

  likeness('two policies together allow what either does', ['403 Forbidden', 0, 0], async (world) => {
    const party = await openLimited(world, [{ resourceType: 'Patient', readonly: true }]);
    const membership = await membershipOf(world, `ClientApplication/${party.credentials.id}`);
    const second = resourceOf(
      await world.admin.call('POST', 'AccessPolicy', {
        resourceType: 'AccessPolicy',
        name: world.run,
        resource: [{ resourceType: 'Observation', readonly: true }],
      }),
    );
    const before = await countOf(party, 'Observation?_count=0');
    const access = [{ policy: { reference: `AccessPolicy/${second.id}` } }];
    await world.admin.call('PUT', `ProjectMembership/${membership.id}`, { ...membership, access });
    return [before, await countOf(party, 'Observation?_count=0'), await countOf(party, 'Patient?_count=0')];
  }),

  likeness('a changed policy counts at once', ['403 Forbidden', '201'], async (world) => {
    const party = await openLimited(world, [{ resourceType: 'Patient', readonly: true }]);
    const before = said(await party.call('POST', 'Patient', patientOf(newSource(world))));
    const { accessPolicy } = await membershipOf(world, `ClientApplication/${party.credentials.id}`);
    const path = accessPolicy?.reference ?? '';
    const policy = resourceOf(await world.admin.call('GET', path));
    await world.admin.call('PUT', path, { ...policy, resource: [{ resourceType: 'Patient' }] });
    return [before, said(await party.call('POST', 'Patient', patientOf(newSource(world))))];
  }),

  likeness(
    'an ordinary client and AccessPolicies',
    ['403 Forbidden', 'OperationOutcome', '403 Forbidden', '403 Forbidden'],
    async (world) => {
      const body = { resourceType: 'AccessPolicy', name: world.run, resource: [{ resourceType: 'Patient' }] };
      return [
        said(await world.member.call('POST', 'AccessPolicy', body)),
        ((await world.member.call('GET', 'AccessPolicy?_count=1')).json as Bundle).resourceType,
        said(await world.member.call('GET', 'ProjectMembership?_count=1')),
        said(await world.member.call('GET', 'Project?_count=1')),
      ];
    },
  ),
];
