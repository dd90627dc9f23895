import { expect, test } from 'vitest';
import { recogniseDocument } from './recognise-document.ts';

const kind = (content: string, told?: string) =>
  recogniseDocument(
    Uint8Array.from(content, (char) => char.charCodeAt(0)),
    told,
  ).kind;

test('a document is known by how it begins, whatever its source calls it', () => {
  expect(kind('%PDF-1.4 ...', 'application/octet-stream')).toBe('pdf');
  expect(kind('\x89PNG\r\n\x1a\n', 'application/pdf')).toBe('image');
  expect(kind('\xff\xd8\xff\xe0', undefined)).toBe('image');
  expect(kind('{\\rtf1\\ansi hello}', 'text/plain')).toBe('rtf');
  expect(kind('\xef\xbb\xbf<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3">', 'aapplication/xml')).toBe(
    'ccda',
  );
  expect(kind('<?xml version="1.0"?><n1:ClinicalDocument xmlns:n1="urn:hl7-org:v3">')).toBe('ccda');
  expect(kind('<!DOCTYPE html><p>hello', 'text/plain')).toBe('html');
});

test('what does not say what it is, is what its source calls it, and text when it can be read', () => {
  expect(kind('<p>Seen in clinic.</p>', 'text/html; charset=utf-8')).toBe('html');
  expect(kind('Seen in clinic.', 'application/octet-stream')).toBe('text');
  expect(kind('<?xml version="1.0"?><note/>', 'application/xml')).toBe('text');
  expect(kind('II*\x00\x08\x00\x00\x00', 'image/tiff')).toBe('other');
  expect(kind('')).toBe('text');
});
