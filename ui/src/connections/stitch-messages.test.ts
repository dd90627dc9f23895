import { expect, test } from 'vitest';
import { explainFailure, parseStitchMessage, tellsOfConnections } from './stitch-messages.ts';

const bus = (data: unknown) => new CustomEvent('eventBus', { detail: { data } });

test('an event is a JSON string inside detail.data, and nothing else is one', () => {
  const text = JSON.stringify({ api_mode: 'test', event_type: 'widget.close' });
  expect(parseStitchMessage(bus(text))).toEqual({ api_mode: 'test', event_type: 'widget.close' });
  for (const wrong of ['{', '[]', '"x"', { event_type: 'widget.close' }, undefined]) {
    expect(parseStitchMessage(bus(wrong))).toBeUndefined();
  }
  expect(parseStitchMessage(new Event('eventBus'))).toBeUndefined();
});

test('success completes an attempt, and so does the end of the widget when it names connections', () => {
  expect(tellsOfConnections({ event_type: 'patient.connection_success', data: {} })).toBe(true);
  expect(tellsOfConnections({ event_type: 'widget.complete', data: [{ org_connection_id: 'c' }] })).toBe(true);
  expect(tellsOfConnections({ event_type: 'widget.complete', data: [] })).toBe(false);
  expect(tellsOfConnections({ event_type: 'widget.close' })).toBe(false);
});

test('a failure is told by its code, never in the words of the event', () => {
  const failed = (error?: string) =>
    explainFailure({ event_type: 'patient.connection_failed', data: { error, error_description: 'Ada Beispiel' } });
  expect(failed('access_denied')).toContain('said no');
  expect(failed('something-new')).toContain('did not connect');
  expect(failed()).not.toContain('Ada');
});
