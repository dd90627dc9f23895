import { isResourceType } from '@medplum/core';
import type { SourceKey } from '../contract/source-key.ts';
import { isObject, type Json, type JsonObject } from './walk-references.ts';

/** A line that holds a resource with a key. */
export interface SourceResource {
  readonly key: SourceKey;
  readonly resource: JsonObject;
}

/** Why a line holds none; the code of its quarantine. */
export interface Unreadable {
  readonly code: 'not-json' | 'not-a-resource' | 'unknown-resource-type' | 'no-id';
  readonly resourceType?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads one line. Never throws: `JSON.parse` quotes the line it chokes on, which no log may ever see. */
export function readResource(bytes: Buffer): SourceResource | Unreadable {
  const resource = parse(bytes);
  if (resource === undefined) return { code: 'not-json' };
  if (!isObject(resource)) return { code: 'not-a-resource' };
  const { resourceType, id } = resource;
  if (typeof resourceType !== 'string') return { code: 'not-a-resource' };
  if (!isResourceType(resourceType)) return { code: 'unknown-resource-type' };
  if (typeof id !== 'string' || id === '') return { code: 'no-id', resourceType };
  return { key: { resourceType, id }, resource };
}

function parse(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}
