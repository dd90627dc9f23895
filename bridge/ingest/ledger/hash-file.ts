import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 (hex) of a file, or of a part of it, at constant memory. */
export async function hashFile(path: string, part?: { offset: number; length: number }): Promise<string> {
  const range = part ? { start: part.offset, end: part.offset + part.length - 1 } : {};
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(path, { ...range, highWaterMark: 1 << 20 }), sha256);
  return sha256.digest('hex');
}
