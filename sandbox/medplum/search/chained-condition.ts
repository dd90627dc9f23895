import { type Filter, getSearchParameter, Operator } from '@medplum/core';
import type { Sql } from '../repository/open-database.ts';
import { type ChainLink, parseChain } from './parse-chain.ts';
import { joined, type ParamNumber, refusal } from './sql-conditions.ts';

/** What a chain is made of. */
export interface ChainSteps {
  readonly paramNumber: ParamNumber;
  /** One filter of a type as a condition. */
  readonly toSql: (resourceType: string, filter: Filter) => Sql;
  /** What a resource must satisfy for a chain to lead to it; undefined: nothing. */
  readonly mayPass: ((resourceType: string) => Sql | undefined) | undefined;
}

/**
 * A chained search as one condition on `r`, from its end to its beginning.
 * @throws OperationOutcomeError 400 in the words of the real server
 */
export function chainedCondition(resourceType: string, filter: Filter, steps: ChainSteps): Sql {
  const { links, filter: last } = parseChain(resourceType, filter);
  const [first, ...others] = links;
  // As there: `subject:Patient._id` compares the reference itself and finds what refers to nothing, too.
  if (others.length === 0 && first.isForward && last.code === '_id') {
    const value = `${first.targetType}/${last.value}`;
    return steps.toSql(resourceType, { code: first.code, operator: Operator.EQUALS, value });
  }
  const end = steps.toSql(links.at(-1)?.targetType ?? first.targetType, last);
  return links.reduceRight((condition, link) => linkCondition(link, condition, steps), end);
}

function linkCondition(link: ChainLink, condition: Sql, { paramNumber, mayPass }: ChainSteps): Sql {
  const allowed = mayPass?.(link.targetType);
  const target = joined(allowed ? [condition, allowed] : [condition], 'AND');
  // Inside, `r` is the resource at the far end. The plus keeps sqlite from walking the whole type where there is a better start.
  const found = {
    text: `FROM resource r WHERE ${target.narrow ? '+' : ''}r.type = ? AND ${target.text}`,
    values: [link.targetType, ...target.values],
  };
  if (link.isCanonical) return canonicalCondition(link, found, paramNumber);
  return link.isForward ? forwardCondition(link, found, paramNumber) : reverseCondition(link, found, paramNumber);
}

function forwardCondition({ originType, targetType, code }: ChainLink, found: Sql, paramNumber: ParamNumber): Sql {
  return {
    text: `r.rid IN (SELECT c.rid FROM reference_index c WHERE c.param = ? AND c.value IN
      (SELECT '${targetType}/' || r.id ${found.text}))`,
    values: [paramNumber(originType, code), ...found.values],
    narrow: true,
  };
}

/** Not a list of what is referred to: the index leads from a reference to who has it, not the other way. */
function reverseCondition({ originType, targetType, code }: ChainLink, found: Sql, paramNumber: ParamNumber): Sql {
  return {
    text: `EXISTS (SELECT 1 FROM reference_index c WHERE c.param = ? AND c.value = '${originType}/' || r.id
      AND c.rid IN (SELECT r.rid ${found.text}))`,
    values: [paramNumber(targetType, code), ...found.values],
  };
}

function canonicalCondition(link: ChainLink, found: Sql, paramNumber: ParamNumber): Sql {
  const { originType, targetType, code, isForward } = link;
  const [from, to] = isForward ? [originType, targetType] : [targetType, originType];
  if (!getSearchParameter(to, 'url')) {
    throw refusal(`${to} cannot be chained via canonical reference (${from}:${code})`);
  }
  const [near, far] = isForward ? ['c', 'u'] : ['u', 'c'];
  return {
    text: `r.rid IN (SELECT ${near}.rid FROM reference_index c JOIN token_index u ON u.param = ? AND u.code = c.value
      WHERE c.param = ? AND ${far}.rid IN (SELECT r.rid ${found.text}))`,
    values: [paramNumber(to, 'url'), paramNumber(from, code), ...found.values],
    narrow: true,
  };
}
