import { type Constraint, type InternalSchemaElement, isResourceType, tryGetDataType } from '@medplum/core';
import { type InvariantProof, invariantProof } from './prove-constraint.ts';
import { type Proof, primitiveProof } from './prove-primitive.ts';

/** What may stand under one property of a type. */
export interface Slot {
  readonly isArray: boolean;
  readonly min: number;
  readonly max: number;
  readonly type: string;
  /** Of a primitive type. */
  readonly proof: Proof | undefined;
  readonly invariants: readonly InvariantProof[];
}

/** A type as far as being sure of its values needs it. */
export interface TypePlan {
  readonly slots: ReadonlyMap<string, Slot>;
  /** For each element that must be there, the properties it may be. */
  readonly required: readonly (readonly string[])[];
  /** Of a resource, when it is not contained in another. */
  readonly invariants: readonly InvariantProof[];
}

const plans = new Map<string, TypePlan | undefined>();

/**
 * What the definitions say of a type, by the names of its properties: `valueString` rather than `value[x]`. Undefined for a
 * type that is not known. The definitions must be loaded.
 */
export function planOf(type: string): TypePlan | undefined {
  let plan = plans.get(type);
  if (!plan && !plans.has(type)) {
    plan = makePlan(type);
    plans.set(type, plan);
  }
  return plan;
}

function makePlan(type: string): TypePlan | undefined {
  const schema = tryGetDataType(type);
  if (!schema) return undefined;
  const slots = new Map<string, Slot>();
  const required: string[][] = [];
  if (isResourceType(type)) slots.set('resourceType', RESOURCE_TYPE);
  for (const [name, element] of Object.entries(schema.elements)) {
    // What the definitions of R4 themselves do not have; the validator knows what to do with it.
    if (element.fixed || element.pattern || element.slicing) continue;
    const made = element.type.map(({ code }) => [propertyOf(name, code), makeSlot(element, code)] as const);
    for (const [property, slot] of made) slots.set(property, slot);
    if (element.min > 0) required.push(made.map(([property]) => property));
  }
  return { slots, required, invariants: invariantsOf(schema.constraints, type, true) };
}

function propertyOf(name: string, code: string): string {
  return name.endsWith('[x]') ? name.slice(0, -'[x]'.length) + code.charAt(0).toUpperCase() + code.slice(1) : name;
}

function makeSlot(element: InternalSchemaElement, type: string): Slot {
  const { isArray = false, min, max, constraints } = element;
  return { isArray, min, max, type, proof: primitiveProof(type), invariants: invariantsOf(constraints, type, false) };
}

/** Two that the validator leaves out as well. */
const NOT_CHECKED: ReadonlySet<string> = new Set(['ele-1', 'dom-3']);

function invariantsOf(
  constraints: readonly Constraint[] = [],
  type: string,
  isRoot: boolean,
): readonly InvariantProof[] {
  return constraints
    .filter(({ key, severity }) => severity === 'error' && !NOT_CHECKED.has(key))
    .map(({ expression }) => invariantProof(expression, type, isRoot));
}

const RESOURCE_TYPE: Slot = {
  isArray: false,
  min: 1,
  max: 1,
  type: 'code',
  proof: primitiveProof('code'),
  invariants: [],
};
