import { HEALTH_CHECKS } from '@fasten-medplum/bridge/contract/health';
import { MockClient } from '@medplum/mock';
import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { answerBridge } from '../../test/answer-bridge.ts';
import { openPage } from '../../test/open-page.tsx';

/** What the page says when `/readyz` answers this. */
async function wordsFor(states: Readonly<Record<string, string>>): Promise<readonly (string | null)[]> {
  const admin = new MockClient();
  vi.spyOn(admin, 'isProjectAdmin').mockReturnValue(true);
  answerBridge({ 'GET /readyz': () => states });
  openPage(admin, '/operations');
  const health = within(await screen.findByRole('region', { name: 'Health' }));
  return (await health.findAllByRole('listitem')).map(({ textContent }) => textContent);
}

test('every part that the bridge asks for has a name and words of its own', async () => {
  const words = await wordsFor(Object.fromEntries(HEALTH_CHECKS.map((check) => [check, 'down'])));
  expect(words).toEqual([
    'RedisDoes not answer',
    'MedplumDoes not answer',
    'WorkersNone is running',
    'Disk of the spoolToo little room',
  ]);
});

test('a part that this page does not know yet is told by its code', async () => {
  expect(await wordsFor({ worker: 'ok', 'new-part': 'down' })).toEqual(['WorkersAt work', 'new-partDoes not answer']);
});
