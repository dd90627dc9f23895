import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { WithId } from '@medplum/core';
import type { Observation, ObservationComponent, Patient } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
});

const loinc = (code: string, display: string) => ({ coding: [{ system: 'http://loinc.org', code, display }] });
const SYSTOLIC = loinc('8480-6', 'Systolic blood pressure');
const DIASTOLIC = loinc('8462-4', 'Diastolic blood pressure');
const PANEL = loinc('85354-9', 'Blood pressure panel');

type Value = Pick<ObservationComponent, 'code' | 'valueQuantity' | 'referenceRange' | 'interpretation'>;

function measure(code: Value['code'], value: number, unit: string, limits?: readonly [number, number]): Value {
  const [low, high] = limits ?? [];
  const range = { ...(low && { low: { value: low, unit } }), ...(high && { high: { value: high, unit } }) };
  return { code, valueQuantity: { value, unit }, ...(limits && { referenceRange: [range] }) };
}

function addVital(namespace: string, at: string, more: Partial<Observation>): Promise<WithId<Observation>> {
  return medplum.createResource<Observation>({
    resourceType: 'Observation',
    meta: {
      compartment: [{ reference: `Patient/${patient.id}` }],
      tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }],
    },
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: PANEL,
    subject: { reference: `Patient/${patient.id}` },
    effectiveDateTime: at,
    ...more,
  });
}

const open = (section: string) => openPage(medplum, `/patients/${patient.id}${section}`);

test('a blood pressure is one row with both values, in whatever form each source sends it', async () => {
  await addVital('portal', '2022-05-01T09:00:00Z', {
    component: [measure(SYSTOLIC, 150, 'mmHg', [90, 130]), measure(DIASTOLIC, 80, 'mmHg', [60, 85])],
  });
  await addVital('clinic', '2023-05-01T09:00:00Z', measure(SYSTOLIC, 16, 'kPa'));
  await addVital('clinic', '2023-05-01T09:00:00Z', measure(DIASTOLIC, 10.4, 'kPa'));
  await addVital('portal', '2021-05-01T09:00:00Z', { component: [measure(SYSTOLIC, 118, 'mmHg')] });
  open('/vitals');
  const rows = await screen.findAllByRole('button', { name: /blood pressure/i });
  expect(rows.map(({ textContent }) => textContent)).toEqual([expect.stringMatching(/^Blood pressure.*16\/10\.4 kPa/)]);
  fireEvent.click(rows[0] as HTMLElement);

  const table = await screen.findByRole('table', { name: 'All values of Blood pressure' });
  const [, later, middle, first] = within(table).getAllByRole('row');
  expect(later?.textContent).toMatch(/16\/10\.4 kPa≈ 120\/78\.01 mmHg/);
  expect(middle?.textContent).toMatch(/150\/80 mmHgSystolic high.*Systolic 90.*130.*Diastolic 60.*85.*portal/);
  expect(first?.textContent).toContain('Systolic 118 mmHg');
  expect(within(later as HTMLElement).getAllByText('clinic')).toHaveLength(1);
  expect(screen.getByText(/hollow points were converted from kPa/)).toBeDefined();
});

test('each value of a pressure that came as two facts leads to its own origin', async () => {
  await addVital('portal', '2023-05-01', measure(SYSTOLIC, 120, 'mmHg'));
  await addVital('portal', '2023-05-01', measure(DIASTOLIC, 80, 'mmHg'));
  open('/summary');
  const vitals = within(await screen.findByRole('region', { name: 'Latest vitals' }));
  expect(vitals.getAllByText('Blood pressure')).toHaveLength(1);
  fireEvent.click(vitals.getByRole('button', { name: 'Diastolic 80 mmHg' }));
  expect(await screen.findByRole('dialog', { name: 'Diastolic blood pressure' })).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  fireEvent.click(vitals.getByRole('button', { name: 'Systolic 120' }));
  expect(await screen.findByRole('dialog', { name: 'Systolic blood pressure' })).toBeDefined();
});

test('the summary tells both values, what is unusual of each, and one that stands alone by its name', async () => {
  const interpretation = [{ coding: [{ code: 'HH' }] }];
  const component = [{ ...measure(SYSTOLIC, 190, 'mmHg'), interpretation }, measure(DIASTOLIC, 50, 'mmHg', [60, 85])];
  await addVital('portal', '2023-05-01', { component });
  const standing = measure(loinc('8460-8', 'Systolic blood pressure--standing'), 170, 'mmHg');
  await addVital('portal', '2022-05-01', standing);
  open('/summary');
  const vitals = within(await screen.findByRole('region', { name: 'Latest vitals' }));
  expect(vitals.getByText('190/50 mmHg')).toBeDefined();
  expect(vitals.getByText('Systolic critically high')).toBeDefined();
  expect(vitals.getByText('Diastolic low')).toBeDefined();
  expect(vitals.getByText('Blood pressure, standing')).toBeDefined();
  expect(vitals.getByText('Systolic 170 mmHg')).toBeDefined();
});

test('what two sources tell of one pressure stands there once, with both values and both sources', async () => {
  const [when, later] = ['2023-05-01', '2024-05-01'];
  const pairs = await Promise.all(
    [measure(SYSTOLIC, 120, 'mmHg'), measure(DIASTOLIC, 80, 'mmHg')].map(async (value) => [
      await addVital('portal', when, value),
      await addVital('clinic', when, value),
    ]),
  );
  for (const members of pairs) {
    await medplum.createResource({
      resourceType: 'Linkage',
      active: true,
      item: members.map(({ id }, at) => ({
        type: at === 0 ? 'source' : 'alternate',
        resource: { reference: `Observation/${id}` },
      })),
    });
  }
  await addVital('portal', later, { component: [measure(SYSTOLIC, 125, 'mmHg'), measure(DIASTOLIC, 82, 'mmHg')] });
  open('/vitals');
  fireEvent.click(await screen.findByRole('button', { name: /^Blood pressure/ }));
  const table = await screen.findByRole('table', { name: 'All values of Blood pressure' });
  const [, , shared, ...others] = within(table).getAllByRole('row');
  expect(others).toEqual([]);
  expect(shared?.textContent).toMatch(/120\/80 mmHg/);
  expect([
    within(shared as HTMLElement).queryByText('portal'),
    within(shared as HTMLElement).queryByText('clinic'),
  ]).not.toContain(null);
});
