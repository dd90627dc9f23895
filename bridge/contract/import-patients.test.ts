import { expect, test } from 'vitest';
import { personFromPatient } from './import-patients.ts';

test('a person is told by what they are recognised by', () => {
  const patient = {
    name: [{ given: ['Ada', 'M'], family: 'Beispiel' }, { text: 'Ada Muster' }],
    birthDate: '1980-05-17',
    gender: 'female',
    address: [{ line: ['1 Road'], city: 'Town', postalCode: '12345' }],
    telecom: [
      { system: 'email', value: 'ada@example.com' },
      { system: 'phone', value: '555' },
    ],
  };
  expect(personFromPatient(patient)).toEqual({
    names: ['Ada M Beispiel', 'Ada Muster'],
    birthDate: '1980-05-17',
    gender: 'female',
    addresses: ['1 Road, Town, 12345'],
    phones: ['555'],
  });
});

test('what is not in the form of FHIR is left out', () => {
  const odd = { name: ['Ada', null, { given: 'Ada', family: 7 }], birthDate: 1980, address: {}, telecom: 'none' };
  expect(personFromPatient(odd)).toEqual({ names: [], addresses: [], phones: [] });
});
