import { MedplumClient, OperationOutcomeError } from '@medplum/core';
import { expect, test } from 'vitest';
import { readDocument } from './read-document.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const SIGNED = `https://storage.example.org/binary/${ID}/${ID}?Expires=1&Signature=x`;

/** A client of a server that answers these addresses; any other is refused as a link that has run out is. */
function clientOf(answers: Readonly<Record<string, string>>, asked: string[] = []): MedplumClient {
  const fetch = async (url: string) => {
    asked.push(url);
    const text = answers[url];
    return text === undefined ? new Response('<Error>expired</Error>', { status: 403 }) : new Response(text);
  };
  return new MedplumClient({ baseUrl: 'https://medplum.example.org/', fetch });
}

test('a link that has run out is asked for anew by the id of its Binary', async () => {
  const asked: string[] = [];
  const anew = `https://medplum.example.org/fhir/R4/Binary/${ID}`;
  const document = await readDocument(clientOf({ [anew]: 'A note' }, asked), {
    url: SIGNED,
    contentType: 'text/plain',
  });
  expect(new TextDecoder().decode(document?.bytes)).toBe('A note');
  expect(asked).toEqual([SIGNED, anew]);
});

test('an error page of the storage is never shown as the document', async () => {
  for (const url of [SIGNED, 'https://elsewhere.example.org/a.pdf']) {
    await expect(readDocument(clientOf({}), { url })).rejects.toBeInstanceOf(OperationOutcomeError);
  }
});
