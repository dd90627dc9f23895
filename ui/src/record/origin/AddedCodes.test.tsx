import { ADDED_CODE_EXTENSION } from '@fasten-medplum/bridge/contract/identifiers';
import { MantineProvider } from '@mantine/core';
import type { Observation } from '@medplum/fhirtypes';
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import { AddedCodes } from './AddedCodes.tsx';

const marked = (from: object) => [
  {
    url: ADDED_CODE_EXTENSION,
    extension: [
      { url: 'from', ...from },
      { url: 'map', valueUri: 'urn:map|1' },
    ],
  },
];

const result: Observation & { id: string } = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: {
    coding: [
      { system: 'urn:lab', code: 'K' },
      {
        extension: marked({ valueCoding: { system: 'urn:lab', code: 'K' } }),
        system: 'http://loinc.org',
        code: '2823-3',
        display: 'Potassium',
      },
    ],
  },
  valueQuantity: {
    extension: marked({ valueString: 'mmol/l' }),
    value: 4,
    unit: 'mmol/l',
    system: 'http://unitsofmeasure.org',
    code: 'mmol/L',
  },
};

const show = (fact: Observation) =>
  render(
    <MantineProvider>
      <AddedCodes fact={fact as Fact} />
    </MantineProvider>,
  );

test('a clinician sees which codes a bot added, what for and by which map', () => {
  show(result);
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    '2823-3 Potassium (http://loinc.org), for K, by urn:map|1',
    'mmol/L  (http://unitsofmeasure.org), for mmol/l, by urn:map|1',
  ]);
});

test('what the source said itself is not told as added', () => {
  show({ ...result, code: { coding: [{ system: 'http://loinc.org', code: '2823-3' }] }, valueQuantity: { value: 1 } });
  expect(screen.queryByText(/Codes that were added/)).toBeNull();
});
