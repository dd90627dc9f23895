import {
  constants,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isResource } from '@medplum/core';
import type { Binary, Resource } from '@medplum/fhirtypes';
import type { Tokens } from './auth/tokens.ts';

const LINK_SECONDS = 3600;

/** Bytes of Binaries, one file a version, and the links that serve them without a token. */
export class BinaryStorage {
  readonly #folder: string;
  readonly #tokens: Tokens;
  readonly #storageBase: string;

  /** @param storageBase where the files are served, ending in a slash */
  constructor(folder: string, tokens: Tokens, storageBase: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#tokens = tokens;
    this.#storageBase = storageBase;
  }

  /** Streams to disk; a stream that breaks off leaves no file. */
  async write(id: string, versionId: string, bytes: Readable): Promise<void> {
    const file = this.#file(id, versionId);
    try {
      await pipeline(bytes, createWriteStream(file));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  /**
   * Bytes that came inside a JSON Binary are taken out of the reply; a new version without any keeps the old ones. At
   * most a megabyte: done at once, so that a transaction need not wait. A rollback leaves a file that nobody names.
   */
  keepInline(saved: Resource, before: Resource | undefined): void {
    if (!isResource<Binary>(saved, 'Binary')) return;
    const file = this.#file(saved.id ?? '', saved.meta?.versionId ?? '');
    if (saved.data) {
      writeFileSync(file, saved.data, 'base64');
      delete saved.data;
      return;
    }
    const old = this.#file(saved.id ?? '', before?.meta?.versionId ?? '');
    if (existsSync(old)) copyFileSync(old, file, constants.COPYFILE_FICLONE);
  }

  read(id: string, versionId: string): Readable {
    return createReadStream(this.#file(id, versionId));
  }

  async exists(id: string, versionId: string): Promise<boolean> {
    return stat(this.#file(id, versionId)).then(
      () => true,
      () => false,
    );
  }

  /** A link that works for an hour, for whoever has it. */
  presign(id: string, versionId: string): string {
    const expires = Math.floor(Date.now() / 1000) + LINK_SECONDS;
    const path = `${id}/${versionId}?Expires=${expires}`;
    return `${this.#storageBase}${path}&Signature=${this.#tokens.signature(path)}`;
  }

  /** What a presented link is answered: 200 good, 401 not ours, 410 too old. */
  checkLink(id: string, versionId: string, expires: string, signature: string): { status: number; text: string } {
    if (!signature) return { status: 401, text: 'Unauthorized' };
    if (!expires || Date.now() / 1000 > Number.parseInt(expires, 10)) return { status: 410, text: 'URL has expired' };
    const isOurs = this.#tokens.signature(`${id}/${versionId}?Expires=${expires}`) === signature;
    return isOurs ? { status: 200, text: 'OK' } : { status: 401, text: 'Invalid signature' };
  }

  #file(id: string, versionId: string): string {
    return join(this.#folder, `${id}.${versionId}`);
  }
}
