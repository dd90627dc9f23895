import type { Express } from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_ROUTES } from '../contract/api-routes.ts';
import { startWorld, type World } from './start-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.close();
});

/** What Express keeps of a router; not part of its types. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle?: { readonly stack?: readonly Layer[] };
}

function routesOf(layer: Layer): string[] {
  const { route, handle } = layer;
  if (!route) return (handle?.stack ?? []).flatMap(routesOf);
  const paths = route.path.includes('{')
    ? [route.path.replace(/\{.*\}/, ''), route.path.replace(/[{}]/g, '')]
    : [route.path];
  return paths.flatMap((path) => Object.keys(route.methods).map((method) => `${method} ${path}`));
}

/** Every route below the prefix: those of the one router that has the webhook. */
function servedRoutes(server: Express): string[] {
  const layers = server.router.stack as unknown as readonly Layer[];
  return layers.map(routesOf).find((routes) => routes.includes('post /webhook')) ?? [];
}

const getJson = async (path: string) => (await fetch(new URL(path, world.api))).json() as Promise<Document>;

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

test('every call that is served is described, and every call that is described is served', () => {
  const served = servedRoutes(world.server);
  expect(served.length).toBeGreaterThan(10);
  expect(API_ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(served.toSorted());
});

test('the description is OpenAPI 3.1 with every path parameter declared and every schema told', async () => {
  const { openapi, paths } = await getJson('/docs/openapi.json');
  expect(openapi).toMatch(/^3\.1\./);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, ...operation })),
  );
  expect(operations).toHaveLength(API_ROUTES.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { path, parameters, responses } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(named);
    expect(Object.keys(responses).length).toBeGreaterThan(1);
  }
  const ledger = paths['/api/fasten-health/imports/{taskId}/ledger']?.get;
  expect(ledger?.parameters.map(({ name }) => name)).toEqual([
    'taskId',
    'disposition',
    'type',
    'code',
    'target',
    '_count',
    'cursor',
  ]);
});

test('people read it on a page that loads nothing', async () => {
  const page = await (await fetch(new URL('/docs', world.api))).text();
  for (const { path } of API_ROUTES) expect(page).toContain(path.replaceAll(/:(\w+)/g, '{$1}'));
  expect(page).not.toMatch(/<(script|link|img|iframe)|https?:\/\//i);
});

test('without a token every call says so as an OperationOutcome', async () => {
  for (const { method, path, proof } of API_ROUTES) {
    if (proof === 'attempt') continue;
    const { status, body } = await world.call(undefined, method.toUpperCase(), path.replaceAll(/:\w+/g, 'x'));
    expect([path, status]).toEqual([path, 401]);
    expect(body).toMatchObject({ resourceType: 'OperationOutcome' });
  }
});
