import { open } from 'node:fs/promises';
import type { MedplumClient } from '@medplum/core';
import { type BinaryPost, postBinary } from './post-binary.ts';
import { retryRead } from './retry-read.ts';

export type FileUpload = Omit<BinaryPost, 'bytes'>;

const CHUNK_BYTES = 256 * 1024;

/** Stores a file as a Binary, through one buffer. Gives the Binary's id; throws as `uploadBinary` does. */
export async function uploadFile(medplum: MedplumClient, path: string, upload: FileUpload): Promise<string> {
  return retryRead(async () => {
    const file = await open(path, 'r');
    try {
      const { size: bytes } = await file.stat();
      return await postBinary(medplum, chunksOf(file), { ...upload, bytes });
    } finally {
      await file.close();
    }
  }, upload.signal);
}

/** Every chunk in the same buffer. */
async function* chunksOf(file: Awaited<ReturnType<typeof open>>): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
