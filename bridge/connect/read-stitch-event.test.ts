import { expect, test } from 'vitest';
import { readStitchEvent } from './read-stitch-event.ts';

const success = {
  event_type: 'patient.connection_success',
  data: { org_connection_id: 'a', connection_status: 'authorized', external_id: 'x', external_state: 's' },
};

test('one connection is told by one event, several by the end of the widget, and each counts once', () => {
  const complete = {
    event_type: 'widget.complete',
    data: [
      { org_connection_id: 'a', connection_status: 'authorized' },
      { org_connection_id: 'b', connection_status: 'connected' },
      { org_connection_id: '', connection_status: 'connected' },
      { org_connection_id: 'c', connection_status: 'revoked' },
      'nonsense',
    ],
  };
  expect(readStitchEvent(success)).toMatchObject([{ org_connection_id: 'a', external_state: 's' }]);
  expect(readStitchEvent([success, complete]).map(({ org_connection_id }) => org_connection_id)).toEqual(['a', 'b']);
});

test.each([
  { event_type: 'widget.close' },
  { event_type: 'patient.connection_failed', data: { org_connection_id: 'a' } },
  { event_type: 'widget.complete', data: [] },
  { event_type: 'widget.complete', data: null },
])('%j tells of no connection', (event) => {
  expect(readStitchEvent(event)).toEqual([]);
});
