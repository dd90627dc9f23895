import { expect, test } from 'vitest';
import { readJourney } from './read-journey.ts';

test('a demo is about whom the seed makes, or about a persona with all its sign-ins', () => {
  expect(readJourney({})).toMatchObject({ personas: [{ seed: 1, resources: 600 }], isCritical: true });
  expect(readJourney({ persona: 'two-sources' })).toMatchObject({
    chart: { family: 'Chen' },
    personas: [
      { id: 'two-sources', connection: 0 },
      { id: 'two-sources', connection: 1 },
    ],
  });
});

test.each([{ persona: 'nobody' }, { persona: 'small', seed: '2' }, { resources: '3' }, { seed: 'x' }])(
  'what there is not is refused: %j',
  (asked) => expect(readJourney(asked)).toBeUndefined(),
);
