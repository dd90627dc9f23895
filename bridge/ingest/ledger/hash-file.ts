import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 20;

/** SHA-256 (hex) of a file, or of a part of it, through one buffer. */
export async function hashFile(path: string, part?: { offset: number; length: number }): Promise<string> {
  const file = await open(path, 'r');
  const sha256 = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    let [at, left] = [part?.offset ?? 0, part?.length ?? Number.POSITIVE_INFINITY];
    while (left > 0) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK_BYTES, left), at);
      if (bytesRead === 0) break;
      sha256.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
      left -= bytesRead;
    }
    return sha256.digest('hex');
  } finally {
    await file.close();
  }
}
