import type { MedplumClient } from '@medplum/core';
import { fileSize, readPieces } from '../../spool/open-file.ts';
import { retryRead } from '../client/retry-read.ts';
import { type BinaryPost, postBinary } from './post-binary.ts';

export type FileUpload = Omit<BinaryPost, 'bytes'>;

const CHUNK_BYTES = 256 * 1024;

/** Stores a file as a Binary, through one buffer. Gives the Binary's id; throws as `uploadBinary` does. */
export async function uploadFile(medplum: MedplumClient, path: string, upload: FileUpload): Promise<string> {
  return retryRead(async () => {
    return postBinary(medplum, readPieces(path, CHUNK_BYTES), { ...upload, bytes: await fileSize(path) });
  }, upload.signal);
}
