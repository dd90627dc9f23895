import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEvent, UnreadableEventError } from './read-event.ts';

const BASE = 'https://api.example.com/v1';
const url = (file: string) => `${BASE}/bridge/fhir/ehi-export/t1/download/${file}`;
const ids = { org_connection_id: 'c1', task_id: 't1' };

function read(type: string, data: unknown, rest: object = {}) {
  return readEvent(JSON.stringify({ api_mode: 'test', type, id: 'e1', data, ...rest }), BASE);
}

test('links are read as objects, as strings and from the deprecated field, each file once', () => {
  const event = read('patient.ehi_export_success', {
    ...ids,
    download_links: [{ url: url('a.jsonl'), export_type: 'jsonl' }, url('b.jsonl'), 7, { no: 'url' }],
    download_link: url('a.jsonl'),
  });
  expect(event).toMatchObject({
    kind: 'export-ready',
    files: [
      { exportId: 't1', fileId: 'a.jsonl', format: 'ndjson' },
      { exportId: 't1', fileId: 'b.jsonl', format: 'ndjson' },
    ],
  });
});

test('the deprecated link alone is enough, as a string or an object', () => {
  for (const download_link of [url('a.jsonl'), { url: url('a.jsonl') }]) {
    expect(read('patient.ehi_export_success', { ...ids, download_link })).toMatchObject({
      files: [{ fileId: 'a.jsonl' }],
    });
  }
});

test('links to other places are named by host and left out', () => {
  const download_links = [{ url: 'http://169.254.169.254/latest' }, { url: url('a.jsonl') }, 'gibberish'];
  expect(read('patient.ehi_export_success', { ...ids, download_links })).toMatchObject({
    files: [{ fileId: 'a.jsonl' }],
    refusedHosts: ['169.254.169.254', 'no-url'],
  });
});

test.each([
  [{ export_type: 'jsonl' }, 'x', 'ndjson'],
  [{ export_type: 'fhir_bundle' }, 'x.jsonl', 'bundle'],
  [{ content_type: 'application/fhir+ndjson' }, 'x', 'ndjson'],
  [{}, '2026-01-02-abc.jsonl', 'ndjson'],
  [{}, 'opaque', 'ndjson'],
  [{ content_type: 'application/xml' }, 'x.jsonl', 'other'],
  [{}, 'x.xml', 'other'],
])('%o with the file id %s is taken as it is packed', (clues, fileId, format) => {
  const event = read('patient.ehi_export_success', { ...ids, download_links: [{ url: url(fileId), ...clues }] });
  expect(event).toMatchObject({ files: [{ format }] });
});

test('counts that cannot be read are left out, not the event', () => {
  const stats = { total_resources: '12', total_by_resource_type: { Patient: 1, 'not a type': 2 } };
  const event = read('patient.ehi_export_success', { ...ids, stats });
  expect(event).toMatchObject({ kind: 'export-ready', announced: {} });
});

test('the type may be called event_type', () => {
  const body = { event_type: 'patient.authorization_revoked', data: { org_connection_id: 'c1' } };
  expect(readEvent(JSON.stringify(body), BASE)).toMatchObject({ kind: 'connection-revoked', orgConnectionId: 'c1' });
});

test('known types without work are noted and unknown ones are said to be unknown', () => {
  expect(read('patient.connection_success', {}).kind).toBe('noted');
  expect(read('webhook.test', { hello: 'world' }).kind).toBe('noted');
  expect(read('patient.something_new', {}).kind).toBe('unknown');
});

test.each([
  [
    'fields beside data instead of in it',
    '{"type":"patient.ehi_export_success","org_connection_id":"c","task_id":"t"}',
  ],
  ['no type', '{"data":{}}'],
  ['no JSON', 'not json'],
  ['no object', '[]'],
])('%s is unreadable', (_name, body) => {
  expect(() => readEvent(body, BASE)).toThrow(UnreadableEventError);
});

test('no JSON makes it throw anything else', () => {
  const types = fc.constantFrom('patient.ehi_export_success', 'patient.ehi_export_failed', 'x', undefined);
  fc.assert(
    fc.property(types, fc.jsonValue(), fc.jsonValue(), (type, data, id) => {
      try {
        readEvent(JSON.stringify({ type, data, id }), BASE);
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableEventError);
      }
    }),
  );
});

test('a connection names its attempt by digest and id, and never by the secret itself', () => {
  const made = { org_connection_id: 'c1', external_state: 'secret', external_id: 'a-1' };
  const event = read('patient.connection_success', made);
  expect(event).toMatchObject({ kind: 'connection-made', orgConnectionId: 'c1', attemptId: 'a-1' });
  expect(JSON.stringify(event)).not.toContain('secret');
  expect(read('patient.connection_success', { ...made, external_id: 'Kim Example' })).toMatchObject({
    kind: 'connection-made',
    attemptId: undefined,
  });
  expect(read('patient.connection_success', { org_connection_id: 'c1' }).kind).toBe('noted');
  expect(read('patient.connection_success', { ...made, connection_status: 'revoked' }).kind).toBe('noted');
});

test.each([
  ['request_id', 'b1c2-3', 'b1c2-3'],
  ['request-id', 'req_7', 'req_7'],
  ['request_id', 'Jane Doe, born 1980', undefined],
  ['request_id', 7, undefined],
])("Fasten's own id of the request is told when it is one: %s %s", (name, said, told) => {
  expect(read('patient.connection_success', { ...ids, [name]: said }).fastenRequestId).toBe(told);
});
