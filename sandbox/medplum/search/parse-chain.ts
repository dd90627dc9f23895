import {
  type Filter,
  getSearchParameter,
  getSearchParameterDetails,
  Operator,
  parseParameter,
  SearchParameterType,
  splitN,
} from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';
import { keptAs } from './kept-as.ts';
import { refusal } from './sql-conditions.ts';

/** One step from resources of a type to those that they refer to, or (backwards) that refer to them. */
export interface ChainLink {
  readonly originType: string;
  readonly targetType: string;
  readonly code: string;
  readonly isForward: boolean;
  /** By `url` instead of by id. */
  readonly isCanonical: boolean;
}

export interface Chain {
  readonly links: readonly [ChainLink, ...ChainLink[]];
  /** What is asked of the resources at the end. */
  readonly filter: Filter;
}

export function isChained({ code }: Filter): boolean {
  return code.startsWith('_has:') || code.includes('.');
}

/**
 * Takes `subject:Patient.name` or `_has:Observation:subject:code` apart, nested as they may be.
 * @throws OperationOutcomeError 400 in the words of the real server
 */
export function parseChain(resourceType: string, { code, operator, value }: Filter): Chain {
  const links: ChainLink[] = [];
  let filter: Filter | undefined;
  let type = resourceType;
  const parts = splitChain(code);
  for (const [i, part] of parts.entries()) {
    if (part.startsWith('_has')) links.push(reverseLink(part, type));
    else if (i < parts.length - 1) links.push(forwardLink(part, type));
    else filter = lastFilter(part, type, operator, value);
    type = links.at(-1)?.targetType ?? type;
  }
  const [first, ...others] = links;
  if (!filter) throw refusal('Unterminated chained search');
  // `subject:Patient.` has an end and no link; so it is said there.
  if (!first) throw refusal("Cannot read properties of undefined (reading 'implementation')");
  if (others.length > 2) throw refusal('Search chains longer than three links are not currently supported');
  return { links: [first, ...others], filter };
}

/** At dots, and around `_has:Type:parameter`, in which there may be none. */
function splitChain(chain: string): string[] {
  const parts: string[] = [];
  let rest = chain;
  while (rest) {
    let end: number;
    if (rest.startsWith('_has:')) {
      const typeEnd = rest.indexOf(':', '_has:'.length);
      end = rest.indexOf(':', typeEnd + 1);
      if (typeEnd < 0 || typeEnd >= end) throw refusal(`Invalid search chain: ${rest}`);
    } else {
      const dot = rest.indexOf('.');
      end = dot < 0 ? rest.length : dot;
    }
    parts.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  return parts;
}

function lastFilter(part: string, type: string, operator: Operator, value: string): Filter {
  const [code = '', modifier] = splitN(part, ':', 2);
  if (code === '_filter') return { code, operator: Operator.EQUALS, value };
  const param = getSearchParameter(type, code);
  if (!param) throw refusal(`Invalid search parameter at end of chain: ${type}?${code}`);
  return parseParameter(param, Operator.EQUALS, modifier ?? operator, value);
}

function forwardLink(part: string, originType: string): ChainLink {
  const [code = '', modifier = ''] = splitN(part, ':', 2);
  const param = getSearchParameter(originType, code);
  if (!param) throw invalidLink(originType, code);
  const targets: readonly string[] = param.target ?? [];
  const [only] = targets;
  const targetType = targets.length === 1 ? only : targets.find((target) => target === modifier);
  if (!targetType) {
    throw refusal(`Unable to identify next resource type for search parameter: ${originType}?${code}`);
  }
  return { originType, targetType, code, isForward: true, isCanonical: isCanonicalColumn(originType, param) };
}

function reverseLink(part: string, originType: string): ChainLink {
  const [, targetType = '', code = ''] = splitN(part, ':', 3);
  const param = getSearchParameter(targetType, code);
  if (!param) throw invalidLink(targetType, code);
  const targets: readonly string[] = param.target ?? [];
  if (!targets.includes(originType)) {
    const search = `search parameter ${targetType}?${code}`;
    throw refusal(`Invalid reverse chain link: ${search} does not refer to ${originType}`);
  }
  return { originType, targetType, code, isForward: false, isCanonical: isCanonicalColumn(targetType, param) };
}

function isCanonicalColumn(resourceType: string, param: SearchParameter): boolean {
  const kept = keptAs(resourceType, param);
  if (kept !== 'column' && kept !== 'array') throw invalidLink(resourceType, param.code);
  return getSearchParameterDetails(resourceType, param).type === SearchParameterType.CANONICAL;
}

function invalidLink(resourceType: string, code: string) {
  return refusal(`Invalid search parameter in chain: ${resourceType}?${code}`);
}
