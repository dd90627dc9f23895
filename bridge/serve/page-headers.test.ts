import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { type Listening, listen } from './listen.ts';
import { pageHeaders } from './page-headers.ts';

let listening: Listening | undefined;

afterEach(() => listening?.close());

/** The directives of the content policy that a page in production gets. */
async function readPolicy(): Promise<ReadonlyMap<string, readonly string[]>> {
  const headers = pageHeaders({
    medplumBaseUrl: 'https://api.medplum.example.org/',
    fastenBaseUrl: 'https://api.connect.fastenhealth.com/v1',
    stitchUrl: 'https://cdn.fastenhealth.com/connect/v4/fasten-stitch-element.js',
  });
  const app = express().use(headers, (_req, res) => res.json({}));
  listening = await listen(app, '127.0.0.1', 0);
  const policy = (await fetch(listening.origin)).headers.get('content-security-policy') ?? '';
  return new Map(policy.split(';').map((directive) => listOf(directive)));
}

function listOf(directive: string): [name: string, sources: readonly string[]] {
  const [name = '', ...sources] = directive.trim().split(' ');
  return [name, sources];
}

test('frames are those of documents, of Stitch and of who proves an identity in TEFCA mode, and nothing else', async () => {
  const policy = await readPolicy();
  expect(policy.get('frame-src')).toEqual([
    "'self'",
    'blob:',
    'https://api.medplum.example.org',
    'https://embed.connect.fastenhealth.com',
    'https://*.fastenhealth.com',
    'https://*.id.me',
    'https://*.clearme.com',
    'https://api.connect.fastenhealth.com',
  ]);
});

test('who proves an identity is let into a frame only, and no directive lets everybody in', async () => {
  const others = [...(await readPolicy())].filter(([name]) => name !== 'frame-src');
  const sources = others.flatMap(([, each]) => each);
  expect(others.map(([name]) => name)).toEqual(
    expect.arrayContaining(['script-src', 'connect-src', 'frame-ancestors']),
  );
  expect(sources.filter((source) => /\*|id\.me|clearme|^https?:$/.test(source))).toEqual([]);
});
