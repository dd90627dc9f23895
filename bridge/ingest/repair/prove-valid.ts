import { isResourceType } from '@medplum/core';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { planOf, type Slot, type TypePlan } from './plan-type.ts';

/** Deeper than any real resource; the survey knows what to do with it. */
const MAX_DEPTH = 50;

/**
 * True only when the validator would find no error in the resource, and there is nothing in it that says nothing: at a
 * tenth of what the validator takes. False says nothing: whatever is out of the ordinary is left to the validator.
 */
export function isProvenValid(resource: JsonObject): boolean {
  const plan = resourcePlan(resource);
  return (
    plan !== undefined && isProvenObject(resource, plan, MAX_DEPTH) && plan.invariants.every((holds) => holds(resource))
  );
}

function resourcePlan({ resourceType }: JsonObject): TypePlan | undefined {
  const isKnown = typeof resourceType === 'string' && isResourceType(resourceType);
  return isKnown ? planOf(resourceType) : undefined;
}

// Plain loops: this runs over every element of every line, and a closure each would be most of what it takes.

function isProvenObject(object: JsonObject, { slots, required }: TypePlan, depth: number): boolean {
  let isEmpty = true;
  for (const key in object) {
    const slot = slots.get(key);
    if (!slot || !fits(object[key], slot, depth)) return false;
    isEmpty = false;
  }
  for (const properties of required) if (!hasOne(object, properties)) return false;
  return !isEmpty;
}

function hasOne(object: JsonObject, properties: readonly string[]): boolean {
  for (const property of properties) if (property in object) return true;
  return false;
}

function fits(value: Json | undefined, slot: Slot, depth: number): boolean {
  if (!slot.isArray) return isProvenItem(value, slot, depth);
  if (!Array.isArray(value) || value.length === 0 || value.length < slot.min || value.length > slot.max) return false;
  for (const item of value) if (!isProvenItem(item, slot, depth)) return false;
  return true;
}

function isProvenItem(value: Json | undefined, { proof, type, invariants }: Slot, depth: number): boolean {
  if (value === undefined || !(proof ? proof(value) : isProvenPart(value, type, depth))) return false;
  for (const holds of invariants) if (!holds(value)) return false;
  return true;
}

function isProvenPart(value: Json, type: string, depth: number): boolean {
  if (!isObject(value) || depth === 0) return false;
  const plan = type === 'Resource' ? resourcePlan(value) : planOf(type);
  return plan !== undefined && isProvenObject(value, plan, depth - 1);
}
