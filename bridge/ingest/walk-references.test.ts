import { expect, test } from 'vitest';
import { type JsonObject, walkReferences } from './walk-references.ts';

function found(resource: JsonObject): [text: string, nested: boolean][] {
  const holders: [string, boolean][] = [];
  walkReferences(resource, (holder, nested) => holders.push([holder.reference, nested]));
  return holders;
}

test('every reference is found, those in lists, backbone elements and beside a display too', () => {
  expect(
    found({
      resourceType: 'Encounter',
      subject: { reference: 'Patient/1', display: 'Ann' },
      participant: [{ individual: { reference: 'Practitioner/1' } }, { individual: { display: 'nobody' } }],
      location: [{ location: { reference: 'Location/1', identifier: { assigner: { reference: 'Organization/1' } } } }],
    }),
  ).toEqual([
    ['Patient/1', false],
    ['Practitioner/1', false],
    ['Organization/1', false],
    ['Location/1', false],
  ]);
});

test('references below contained resources and extensions are found and said to be nested', () => {
  const extension = [{ url: 'x', valueReference: { reference: 'Organization/2' } }];
  expect(
    found({
      contained: [{ resourceType: 'Medication', manufacturer: { reference: 'Organization/1' } }],
      extension,
      modifierExtension: extension,
      subject: { reference: 'Patient/1', extension },
      _status: { extension },
    }),
  ).toEqual([
    ['Organization/1', true],
    ['Organization/2', true],
    ['Organization/2', true],
    ['Organization/2', true],
    ['Patient/1', false],
    ['Organization/2', true],
  ]);
});

test('what only looks like a reference is none', () => {
  expect(found({ reference: 7, related: { reference: { value: '1' } }, list: [null, 'Patient/1', ['x']] })).toEqual([]);
});

test('the holder is the object itself, so that it can be pointed elsewhere', () => {
  const resource = { subject: { reference: 'Patient/1' } };
  walkReferences(resource, (holder) => {
    holder.reference = 'Patient/2';
  });
  expect(resource).toEqual({ subject: { reference: 'Patient/2' } });
});
