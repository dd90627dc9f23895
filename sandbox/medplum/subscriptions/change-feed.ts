/** A version that was committed. */
export interface Change {
  readonly interaction: 'create' | 'update' | 'delete';
  readonly projectId: string;
  readonly resourceType: string;
  readonly id: string;
  readonly versionId: string;
  /** Of the version that it replaced. */
  readonly previousVersionId: string | undefined;
  /** JSON text of the version; undefined: a deletion. */
  readonly content?: string;
}

/** Tells whoever listens of every change, once it is committed and in the order of commits. */
export class ChangeFeed {
  #listener: ((changes: readonly Change[]) => void) | undefined;

  listen(listener: (changes: readonly Change[]) => void): void {
    this.#listener = listener;
  }

  tell(changes: readonly Change[]): void {
    if (changes.length > 0) this.#listener?.(changes);
  }
}
