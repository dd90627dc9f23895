import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Licences under which what we ship may be passed on, closed source included, without more than naming it. Development
 * tools are not shipped, so they are only listed.
 */
const ALLOWED = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0'],
  ...['Python-2.0', 'Unlicense', 'Zlib', 'CC-BY-4.0'],
];

/** Packages whose licence is a text of their own, and what it says; read once more when the version changes. */
const READ: Readonly<Record<string, string>> = {
  '@lhncbc/ucum-lhc': 'BSD terms of NLM over UCUM content of Regenstrief, which asks for its notice',
};

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, or what the package says instead. */
  readonly licence: string;
  readonly isDev: boolean;
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly dev?: boolean; readonly link?: boolean }>
  >;
}

/** Every installed package of the lock, from its own package.json: no network is asked. */
export async function listLicences(root: string): Promise<Licensed[]> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const paths = Object.keys(packages).filter((path) => path.includes('node_modules/') && !packages[path]?.link);
  const found = await Promise.all(paths.map((path) => readPackage(root, path, packages[path]?.dev === true)));
  return found.filter((each) => each !== undefined).toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Undefined for what is not installed: packages of other platforms. */
async function readPackage(root: string, path: string, isDev: boolean): Promise<Licensed | undefined> {
  const text = await readFile(join(root, path, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { name, version, license, licenses } = JSON.parse(text) as Manifest;
  const said = license ?? licenses?.map(({ type }) => type).join(' OR ');
  return { name, version, licence: (typeof said === 'object' ? said.type : said) ?? 'none', isDev };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type: string };
  readonly licenses?: readonly { readonly type: string }[];
}

/** Whether an SPDX expression leaves us a choice that is allowed: one of `OR`, all of `AND`. */
export function isAllowed(expression: string, name = ''): boolean {
  if (Object.hasOwn(READ, name)) return true;
  const bare = expression.replaceAll(/[()]/g, ' ').trim();
  return bare
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((each) => ALLOWED.includes(each.trim())));
}

if (import.meta.main) {
  const all = await listLicences(join(import.meta.dirname, '..'));
  const refused = all.filter(({ isDev, licence, name }) => !isDev && !isAllowed(licence, name));
  for (const { name, version, licence, isDev } of all)
    console.log(`${licence}\t${name}@${version}${isDev ? '\tdev' : ''}`);
  for (const { name, licence } of refused) console.error(`${name}: ${licence} is not on the list of tools/licences.ts`);
  process.exitCode = refused.length > 0 ? 1 : 0;
}
