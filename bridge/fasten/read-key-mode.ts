/** Fasten's two worlds: made-up patients, real patients. Nothing crosses from one into the other. */
export type ApiMode = 'test' | 'live';

/**
 * The mode that a key of Fasten belongs to. Both spellings seen in Fasten's own papers are read (`public_live_..` in the
 * reference, `pub_live_..` in its samples); the widget too looks at the second part only.
 *
 * @param key - A public id or a private key.
 * @returns The mode, or nothing when the key has another shape: Fasten, not we, decides whether it is valid.
 */
export function readKeyMode(key: string): ApiMode | undefined {
  const mode = /^(?:pub|public|priv|private)_(test|live)_./.exec(key)?.[1];
  return mode === 'test' || mode === 'live' ? mode : undefined;
}
