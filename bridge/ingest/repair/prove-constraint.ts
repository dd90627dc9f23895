import { evalFhirPathTyped, parseFhirPath } from '@medplum/core';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';

/** True only when the invariant is sure to hold for a value that is proven but for this. */
export type InvariantProof = (value: Json) => boolean;

type ObjectProof = (value: JsonObject) => boolean;

/** When the invariants surely hold to which nearly every resource is held. */
const SURELY: Readonly<Record<string, ObjectProof>> = {
  'contained.contained.empty()': isWithout('contained'),
  'contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()': isWithout('contained'),
  'contained.meta.security.empty()': isWithout('contained'),
  'value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()':
    isWithout('component'),
  'extension.exists() != value.exists()': (extension) =>
    isWithout('extension')(extension) !== isWithout('value')(extension),
};

/** `name.empty() or name.exists() or ...`, as far as it is only that. */
const ALTERNATIVES = /^(?:\w+\.(?:empty|exists)\(\)(?: or |$))+/;
const CONDITION = /^(\w+)\.exists\(\) implies /;

/**
 * How to be sure of an invariant of values of this type. Most can be told by what is there and what is not; what is left is
 * worked out as the validator does it. `isRoot` for an invariant of a whole resource, which `%resource` means then.
 */
export function invariantProof(expression: string, type: string, isRoot: boolean): InvariantProof {
  const surely = SURELY[expression] ?? byPresence(expression);
  const isSelfContained = isRoot || !expression.includes('%');
  const workedOut = isSelfContained ? evaluation(expression, type) : () => false;
  return (value) => (isObject(value) && surely(value)) || workedOut(value);
}

/** `xor` and `implies` bind less than `or`: what stands before them is not enough. */
function byPresence(expression: string): ObjectProof {
  const [, condition] = CONDITION.exec(expression) ?? [];
  if (condition !== undefined) return isWithout(condition);
  const [alternatives = ''] = / (?:xor|implies) /.test(expression) ? [] : (ALTERNATIVES.exec(expression) ?? []);
  const terms = [...alternatives.matchAll(/(\w+)\.(empty|exists)\(\)/g)].map(([, name = '', word]) =>
    word === 'empty' ? isWithout(name) : (value: JsonObject) => name in value,
  );
  return (value) => terms.some((isTrue) => isTrue(value));
}

/** `value` stands for `valueString` too. */
function isWithout(name: string): ObjectProof {
  return (value) => {
    for (const key in value) if (key.startsWith(name)) return false;
    return true;
  };
}

function evaluation(expression: string, type: string): InvariantProof {
  const parsed = parseFhirPath(expression);
  return (value) => {
    const typed = { type, value };
    try {
      const [result, ...more] = evalFhirPathTyped(parsed, [typed], { '%resource': typed, '%rootResource': typed });
      return more.length === 0 && result?.value === true;
    } catch {
      return false;
    }
  };
}
