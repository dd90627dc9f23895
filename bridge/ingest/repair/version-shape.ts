import { isPrimitiveType, isResourceType, tryGetDataType } from '@medplum/core';
import { choiceKey } from './locate-spots.ts';
import table from './other-versions.json' with { type: 'json' };

/** The versions of FHIR that exports can hold besides R4. */
export type OtherVersion = 'R5' | 'STU3' | 'DSTU2';

/** How a version writes one element. */
export interface ElementShape {
  /** A type's name; '*' for any primitive. */
  readonly type: string;
  readonly isArray: boolean;
  readonly isRequired: boolean;
}

export type TypeShape = ReadonlyMap<string, ElementShape>;

/**
 * Where a version differs from R4, from its published definitions (HL7, CC0), which no longer change: resource types that
 * it adds and lacks, and by type the elements it writes in another way (`name=Type`, `[]` a list, `!` required) or has
 * not (`-name`). Choices are named one by one. For the resource types that a patient's record can hold.
 */
interface Differences {
  readonly adds: string;
  readonly lacks: string;
  readonly types: Readonly<Record<string, string>>;
}

const differences: Readonly<Record<OtherVersion, Differences>> = table;
const shapes = new Map<string, TypeShape | undefined>();

/** The elements of a type in a version by JSON name; undefined when nothing is known of it. */
export function shapeOf(version: OtherVersion | 'R4', type: string): TypeShape | undefined {
  const key = `${version} ${type}`;
  if (!shapes.has(key)) shapes.set(key, version === 'R4' ? readR4(type) : readOther(version, type));
  return shapes.get(key);
}

export function hasResourceType(version: OtherVersion | 'R4', type: string): boolean {
  if (version === 'R4') return isResourceType(type);
  const { adds, lacks } = differences[version];
  return adds.split(' ').includes(type) || (isResourceType(type) && !lacks.split(' ').includes(type));
}

function readR4(type: string): TypeShape | undefined {
  const elements = tryGetDataType(type)?.elements;
  if (!elements || !Object.hasOwn(elements, 'id')) return undefined;
  const shape = new Map<string, ElementShape>();
  for (const [name, { type: types, isArray = false, min }] of Object.entries(elements))
    for (const { code } of types) {
      const isRequired = min > 0 && !name.endsWith('[x]');
      shape.set(choiceKey(name, code), { type: isPrimitiveType(code) ? '*' : code, isArray, isRequired });
    }
  return shape;
}

const CHANGE = /^(\w+)=([\w*]+)(\[\])?(!)?$/;

function readOther(version: OtherVersion, type: string): TypeShape | undefined {
  const { types } = differences[version];
  const r4 = shapeOf('R4', type);
  const changes = Object.hasOwn(types, type) ? types[type] : undefined;
  if (changes === undefined) return r4;
  const shape = new Map(r4 ?? shapeOf('R4', 'BackboneElement'));
  for (const change of changes.split(' ')) {
    const [, name = '', elementType = '', list, required] = CHANGE.exec(change) ?? [];
    if (name) shape.set(name, { type: elementType, isArray: list !== undefined, isRequired: required !== undefined });
    else shape.delete(change.slice(1));
  }
  return shape;
}
