import { MockClient } from '@medplum/mock';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { answerBridge, refusal } from '../../test/answer-bridge.ts';
import { openPage } from '../../test/open-page.tsx';

let admin: MockClient;
const open = vi.fn();

beforeEach(() => {
  admin = new MockClient();
  vi.spyOn(admin, 'isProjectAdmin').mockReturnValue(true);
  open.mockClear();
  vi.stubGlobal('open', open);
});

async function press(): Promise<HTMLElement> {
  openPage(admin, '/operations');
  const queues = await screen.findByRole('region', { name: 'Queues' });
  fireEvent.click(within(queues).getByRole('button', { name: 'See every job' }));
  return queues;
}

test('the board opens where the bridge says, once the bridge has let this browser in', async () => {
  const calls = answerBridge({ 'POST /queues/board': () => ({ url: '/board/' }) });
  await press();
  await waitFor(() => expect(open).toHaveBeenCalledWith('/board/', '_self'));
  expect(calls.filter(({ call }) => call.includes('board'))).toEqual([{ call: 'POST /queues/board', body: undefined }]);
});

test('a board that may not be opened is said, and nothing opens', async () => {
  answerBridge({ 'POST /queues/board': () => refusal(403, 'forbidden') });
  const queues = await press();
  expect(await within(queues).findByText(/You are not allowed to do this/)).toBeDefined();
  expect(open).not.toHaveBeenCalled();
});
