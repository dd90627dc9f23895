import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { runFrom, type SealRun } from './seal-run.ts';

const KEY_BYTES = 32;

/**
 * The key of one file's bytes, in this process and nowhere else. Counter mode: any byte can be had by its place, the file
 * is as long as what it holds, and to encrypt is to decrypt. A place must never be written twice with different bytes under
 * one seal (NIST SP 800-38A, B): a file that is begun anew gets a new one.
 */
export class Seal {
  readonly key: KeyObject = createSecretKey(randomBytes(KEY_BYTES));

  run(): SealRun {
    return runFrom(this.key);
  }
}
