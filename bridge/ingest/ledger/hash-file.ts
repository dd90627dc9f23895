import { createHash } from 'node:crypto';
import { readPieces } from '../../spool/open-file.ts';

const CHUNK_BYTES = 1 << 20;

/** SHA-256 (hex) of a file, or of a part of it, through one buffer. */
export async function hashFile(path: string, part?: { offset: number; length: number }): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const piece of readPieces(path, CHUNK_BYTES, part)) sha256.update(piece);
  return sha256.digest('hex');
}
