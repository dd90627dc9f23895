import fc from 'fast-check';
import { expect, test } from 'vitest';
import { locateFile } from './export-file.ts';

const BASE = 'https://api.example.com/v1';
const linkTo = (exportId: string, fileId: string) =>
  `${BASE}/bridge/fhir/ehi-export/${encodeURIComponent(exportId)}/download/${encodeURIComponent(fileId)}`;

test('a link of the configured API gives its ids', () => {
  const link = linkTo('9f', '2026-01-02-abc.jsonl');
  expect(locateFile(link, BASE)).toEqual({ exportId: '9f', fileId: '2026-01-02-abc.jsonl' });
  expect(locateFile(`${link}?signature=1`, BASE)).toEqual({ exportId: '9f', fileId: '2026-01-02-abc.jsonl' });
});

test.each([
  'not a url',
  'https://api.example.com.evil.example/v1/bridge/fhir/ehi-export/a/download/b',
  'https://api.example.com@evil.example/v1/bridge/fhir/ehi-export/a/download/b',
  'https://user@api.example.com/v1/bridge/fhir/ehi-export/a/download/b',
  'http://api.example.com/v1/bridge/fhir/ehi-export/a/download/b',
  'https://api.example.com:8443/v1/bridge/fhir/ehi-export/a/download/b',
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  `${BASE}/bridge/fhir/ehi-export/a/download/..%2F..%2Forg`,
  `${BASE}/bridge/fhir/ehi-export/a/download/%2e%2e`,
  `${BASE}/bridge/fhir/ehi-export/a/download/%E0%A4%A`,
])('the link %s is not followed', (link) => {
  expect(locateFile(link, BASE)).toBeUndefined();
});

test('whatever a link holds, no id climbs out of its place in the path', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (exportId, fileId) => {
      const file = locateFile(linkTo(exportId, fileId), BASE);
      for (const id of file ? [file.exportId, file.fileId] : []) {
        expect(new URL(`${BASE}/download/${encodeURIComponent(id)}`).pathname.split('/')).toHaveLength(4);
      }
    }),
  );
});
