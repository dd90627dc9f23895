import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const projectRoot = join(import.meta.dirname, '../..');

/** A service of docker-compose.yml, as far as the tests look at it. */
export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly networks?: unknown;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly resources?: { readonly limits?: Readonly<Record<string, string>> } };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
}

/** docker-compose.yml as text. */
export function readComposeText(): string {
  return readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
}

/** docker-compose.yml with its anchors resolved and its variables filled in, as Docker reads it. */
export function readCompose(env: Readonly<Record<string, string | undefined>>): ComposeFile {
  return fillIn(parse(readComposeText(), { merge: true }), env) as ComposeFile;
}

function fillIn(value: unknown, env: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') return interpolate(value, env);
  if (Array.isArray(value)) return value.map((one) => fillIn(one, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillIn(one, env)]));
}

const VARIABLE = /\$\$|\$\{(\w+)(?:(:-|:\?)((?:\$\{[^}]*\}|[^}])*))?\}/g;

/**
 * `${NAME}`, `${NAME:-default}` and `${NAME:?message}` as Docker Compose replaces them; `$$` is a dollar.
 *
 * @throws Error with the message of a variable that is missing.
 */
export function interpolate(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(VARIABLE, (whole, name: string, kind: string | undefined, rest = '') => {
    if (whole === '$$') return '$';
    const value = env[name];
    if (value) return value;
    if (kind === ':?') throw new Error(`${name} ${rest}`);
    return kind === ':-' ? interpolate(rest, env) : '';
  });
}
