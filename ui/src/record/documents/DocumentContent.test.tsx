import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { DocumentContent } from './DocumentContent.tsx';
import { openDocument } from './read-document.ts';

beforeEach(() => {
  // jsdom has none.
  URL.createObjectURL = vi.fn(() => 'blob:here');
  URL.revokeObjectURL = vi.fn();
});

function show(content: string, told: string): void {
  const bytes = new TextEncoder().encode(content);
  render(
    <MantineProvider env="test">
      <DocumentContent document={openDocument(bytes, told)} title="A note" />
    </MantineProvider>,
  );
}

test('a clinical document is shown by its head, its sections and their tables', () => {
  show(
    `<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Summary of care</title>
    <effectiveTime value="20200131"/><component><structuredBody><component><section><title>Allergies</title>
    <text><table><thead><tr><th>Substance</th></tr></thead><tbody><tr><td>Penicillin</td></tr></tbody></table>
    <list><caption>Reactions</caption><item>Hives</item></list></text></section></component></structuredBody></component></ClinicalDocument>`,
    'aapplication/xml',
  );
  expect(screen.getByRole('heading', { name: 'Summary of care' })).toBeDefined();
  expect(screen.getByRole('region', { name: 'Allergies' })).toBeDefined();
  expect(screen.getByRole('columnheader', { name: 'Substance' })).toBeDefined();
  expect(screen.getByRole('cell', { name: 'Penicillin' })).toBeDefined();
  expect(screen.getByRole('listitem').textContent).toBe('Hives');
  expect([...screen.getByRole('list').children].map(({ tagName }) => tagName)).toEqual(['LI']);
  expect(screen.getByText('Reactions')).toBeDefined();
});

test('a note in HTML is shown without what it should not do', () => {
  show('<html><body><p>Doing well.</p><script>alert(1)</script><img src="https://x.example/p.gif"></body></html>', '');
  expect(screen.getByText('Doing well.')).toBeDefined();
  expect(document.querySelector('script, img[src]')).toBeNull();
});

test('a note in RTF is shown as its text', () => {
  show('{\\rtf1{\\fonttbl{\\f0 Arial;}}Doing \\b well\\b0 .}', 'text/plain');
  expect(screen.getByText('Doing well.')).toBeDefined();
});

test('a PDF is shown in a frame, and every document can be kept under a name', () => {
  show('%PDF-1.4', 'application/octet-stream');
  expect(screen.getByTitle('A note').tagName).toBe('IFRAME');
  expect(screen.getByRole('link', { name: 'Download' }).getAttribute('download')).toBe('A note.pdf');
});

test('what a browser cannot show is said, with what to do', () => {
  show('II*\0\b\0\0\0', 'image/tiff');
  expect(screen.getByText(/cannot show a file of this kind \(image\/tiff\)\. Download it instead/)).toBeDefined();
});
