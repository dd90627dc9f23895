import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const MEGABYTE = 1_000_000;
/** Lengths of the large lines in megabytes, as parts of 3,000: one of a gigabyte, some of 200 MB, and small ones. */
const SHARES = [1000, ...Array.from({ length: 8 }, () => 200), ...Array.from({ length: 40 }, () => 10)];

/**
 * Appends Binary lines of together `megabytes` to an export, every second one carried by a DocumentReference:
 * `write-documents.ts FILE MEGABYTES`. The bytes are random, so that no two documents are equal.
 */
const [file = '', megabytes = ''] = process.argv.slice(2);
const scale = Number(megabytes) / SHARES.reduce((sum, share) => sum + share, 0);
const out = createWriteStream(file, { flags: 'a' });
for (const [number, share] of SHARES.entries()) {
  await writeBinary(out, number, Math.round(share * scale * MEGABYTE));
  if (number % 2 === 0) await write(out, carrier(number));
}
out.end();
await finished(out);

async function writeBinary(to: WriteStream, number: number, length: number): Promise<void> {
  const block = randomBytes(3 << 18).toString('base64');
  await write(to, `{"id":"large-${number}","contentType":"application/pdf","data":"`);
  for (let written = 0; written < length; written += block.length) {
    await write(to, written + block.length <= length ? block : block.slice(0, Math.ceil((length - written) / 4) * 4));
  }
  await write(to, '","resourceType":"Binary"}\n');
}

function carrier(number: number): string {
  const content = [{ attachment: { contentType: 'application/pdf', url: `Binary/large-${number}` } }];
  return `${JSON.stringify({ resourceType: 'DocumentReference', id: `large-${number}`, status: 'current', content })}\n`;
}

async function write(to: WriteStream, text: string): Promise<void> {
  if (!to.write(text)) await once(to, 'drain');
}
