import { isResourceType, tryGetDataType } from '@medplum/core';
import type { LineCode } from '../../contract/line-codes.ts';
import type { SourceKey } from '../../contract/source-key.ts';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { isBook } from './recognise-book.ts';

/** A line that holds a resource with a key. */
export interface SourceResource {
  readonly key: SourceKey;
  readonly resource: JsonObject;
}

/** Why a line holds none that could be loaded. */
export interface Unreadable {
  readonly code: Extract<
    LineCode,
    | 'not-json'
    | 'not-a-resource'
    | 'nested-too-deeply'
    | 'unknown-resource-type'
    | 'acts-in-server'
    | 'bundle-unwrapped'
    | 'entry-without-resource'
    | 'operation-outcome'
    | 'too-large'
    | 'no-id'
  >;
  readonly resourceType?: string;
}

/** Resources nest a few dozen levels; a thousand would use up the stack of whoever walks them, here and in the server. */
const MAX_DEPTH = 200;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads one line. `givenId` is the id of a resource that has none itself. Never throws: `JSON.parse` quotes the line it
 * chokes on, which no log may ever see.
 */
export function readResource(bytes: Buffer, givenId?: string): SourceResource | Unreadable {
  const resource = parse(bytes);
  if (resource === undefined) return { code: 'not-json' };
  if (!isObject(resource)) return { code: 'not-a-resource' };
  if (isDeeper(resource, MAX_DEPTH)) return { code: 'nested-too-deeply' };
  return keyOf(resource, givenId);
}

/** The resource with its key, if it has one. `givenId` as in {@link readResource}. */
export function keyOf(resource: JsonObject, givenId: string | undefined): SourceResource | Unreadable {
  const { resourceType, id: said } = resource;
  if (typeof resourceType !== 'string') return { code: 'not-a-resource' };
  if (!isResourceType(resourceType)) return { code: 'unknown-resource-type' };
  if (actsInServer(resourceType) || isBook(resource)) return { code: 'acts-in-server', resourceType };
  if (resourceType === 'Bundle') return { code: 'bundle-unwrapped', resourceType };
  // Some sources number their resources; the references to them are texts all the same.
  const own = Number.isSafeInteger(said) ? String(said) : said;
  const id = typeof own === 'string' && own !== '' ? own : givenId;
  if (id === undefined) return { code: 'no-id', resourceType };
  return { key: { resourceType, id }, resource };
}

/**
 * True for what would do something in Medplum rather than stand in a record: its own types (Bot, AccessPolicy, ...), a
 * Subscription, which would send every matching resource to an address that the export names, and definitions, by which the
 * server checks and answers what everybody else sends.
 */
function actsInServer(resourceType: string): boolean {
  return ACTING.has(resourceType) || tryGetDataType(resourceType)?.url?.startsWith(MEDPLUM_TYPES) === true;
}

const ACTING: ReadonlySet<string> = new Set(['OperationDefinition', 'StructureDefinition', 'Subscription']);

const MEDPLUM_TYPES = 'https://medplum.com/';

function isDeeper(value: Json | undefined, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((child) => isDeeper(child, levels - 1));
  for (const key in value) {
    const child = value[key];
    if (typeof child === 'object' && isDeeper(child, levels - 1)) return true;
  }
  return false;
}

function parse(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}
