import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { API_ROUTES } from '../bridge/contract/api-routes.ts';
import { LOG_EVENTS } from '../bridge/observe/log.ts';

const root = join(import.meta.dirname, '..');

/** Every page of ours, by its path. */
let pages: Map<string, string>;
/** Those that tell how it is now; a decision and the changelog tell of their day. */
let current: [path: string, text: string][];
/** Everything that is not a page, as one text. */
let source: string;

const FOLDERS = '{bots,bridge,deploy,docs,sandbox,tools,ui}';
const CODE = '*.{ts,tsx,mjs,yml,json},Dockerfile,Caddyfile';

beforeAll(async () => {
  pages = await readAll(['*.md', `${FOLDERS}/**/*.md`]);
  current = [...pages].filter(([path]) => !/^docs\/decisions\/|^CHANGELOG/.test(path));
  source = [...(await readAll(['.ci/run', `{${CODE}}`, `${FOLDERS}/**/{${CODE}}`])).values()].join('\n');
});

async function readAll(patterns: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const path of glob(patterns, { cwd: root })) {
    if (/(^|\/)(node_modules|dist)\/|^package-lock|^tools\/docs\.test\.ts$/.test(path)) continue;
    texts.set(path, await read(path));
  }
  return texts;
}

const read = (path: string) => readFile(join(root, path), 'utf8');

/** What matches in the pages, each as `page: word`, of which `isThere` does not know the word. */
function unknownIn(wanted: RegExp, isThere: (word: string, page: string) => boolean): string[] {
  const found = current.flatMap(([page, text]) => [...text.matchAll(wanted)].map(([, word = '']) => ({ page, word })));
  expect(found.length).toBeGreaterThan(0);
  return found.filter(({ page, word }) => !isThere(word, page)).map(({ page, word }) => `${page}: ${word}`);
}

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, '');

/** As GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('every link leads to a file that is there, and to a heading of it', () => {
  const dead: string[] = [];
  for (const [page, text] of pages) {
    const links = withoutCode(text).matchAll(/\]\(([^)\s]+)\)|(?:href|src)="([^"]+)"/g);
    for (const [, inMarkdown, inHtml] of links) {
      const link = inMarkdown ?? inHtml ?? '';
      if (/^[a-z]+:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      const isThere = existsSync(join(root, target));
      if (!isThere || (anchor && !anchorsOf(pages.get(target) ?? '').has(anchor))) dead.push(`${page}: ${link}`);
    }
  }
  expect(dead).toEqual([]);
});

test('the index of the decisions calls each what it calls itself', () => {
  const rows = [...(pages.get('docs/decisions/README.md') ?? '').matchAll(/^\| \[(\d{4})\]\((.+)\) \| (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(40);
  for (const [, number, file = '', title] of rows) {
    const called = /^# (?:\d+\.? )?(.+)$/m.exec(pages.get(`docs/decisions/${file}`) ?? '')?.[1];
    expect([file, title]).toEqual([file, called]);
    expect(file.startsWith(`${number}-`)).toBe(true);
  }
});

test('every npm script that a page names is there', async () => {
  const scriptsOf = async (path: string) => Object.keys(JSON.parse(await read(path)).scripts);
  const scripts = new Set(await scriptsOf('package.json'));
  expect(unknownIn(/npm run (?:-s )?([\w:]+)/g, (name) => scripts.has(name))).toEqual([]);
  const ofUi = new Set(await scriptsOf('ui/package.json'));
  expect(unknownIn(/npm run -w ui (\w+)/g, (name) => ofUi.has(name))).toEqual([]);
});

test('every option that a page gives one of our scripts is told by its usage', () => {
  const lines = /npm run [\w:]+ -- ([^\n`#]*)/g;
  const given = current.flatMap(([page, text]) =>
    [...text.matchAll(lines)].flatMap(([, line = '']) =>
      [...line.matchAll(/--[\w-]+/g)].map(([option]) => ({ page, option })),
    ),
  );
  expect(given.length).toBeGreaterThan(20);
  expect(given.filter(({ option }) => !new RegExp(`${option}(?![\\w-])`).test(source))).toEqual([]);
});

test('every file of ours that a page or a comment names is there', () => {
  const from = ['', 'bridge', 'bridge/ingest', 'docs', 'ui/src', 'bots', 'sandbox'];
  const isThere = (file: string) => from.some((folder) => existsSync(join(root, folder, file)));
  expect(unknownIn(/`((?:[\w-][\w.-]*\/)+[\w.-]+\.(?:tsx?|mjs|md|ya?ml|json))`/g, isThere)).toEqual([]);
  const inSource = new Set([...source.matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map(([file]) => file));
  expect([...inSource].filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('every setting that a page names is read by something', () => {
  const known = new Set([...source.matchAll(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name));
  // Of Fasten's own quickstart.
  for (const name of ['FASTEN_API_BASE_URL', 'PUBLIC_ID']) known.add(name);
  expect(unknownIn(/(?<![\w/])([A-Z]+(?:_[A-Z0-9]+)+)(?![\w/])/g, (name) => known.has(name))).toEqual([]);
});

test('every log event that a page names can be logged', () => {
  const rooms = [...new Set(LOG_EVENTS.map((event) => event.split('.')[0]))].join('|');
  const events = new Set<string>(LOG_EVENTS);
  const named = new RegExp(`\`((?:${rooms})\\.[a-z]+(?:-[a-z]+)*)\``, 'g');
  expect(unknownIn(named, (event) => events.has(event))).toEqual([]);
});

test('every call of our API that a page names can be made', () => {
  const routes = API_ROUTES.map(({ method, path }) => ({
    method: method.toUpperCase(),
    path: path.split('/').slice(1),
  }));
  const ours = [...new Set(routes.map(({ path: [first] }) => first))].join('|');
  const named = new RegExp(
    `\\b((?:GET|POST|PATCH|DELETE) (?:\\/?api\\/fasten-health|\\.\\.\\.)?\\/?(?:${ours})\\b[\\w/:<>.]*)`,
    'g',
  );
  const isThere = (call: string) => {
    const [method, address = ''] = call.split(' ');
    const asked = address.replace(/^(\/?api\/fasten-health|\.\.\.)?\/?/, '').split('/');
    return routes.some(
      ({ method: each, path }) =>
        each === method &&
        (path.length === asked.length || asked.at(-1) === '...') &&
        asked.every((part, i) => part === '...' || part === path[i] || path[i]?.startsWith(':')),
    );
  };
  expect(unknownIn(named, isThere)).toEqual([]);
});
