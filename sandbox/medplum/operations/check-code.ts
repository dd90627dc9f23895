import { badRequest, notFound, OperationOutcomeError } from '@medplum/core';
import type { CodeSystem, CodeSystemConcept, Coding, Parameters, ValueSetComposeInclude } from '@medplum/fhirtypes';
import { flatten, knownTerminology, withoutVersion } from '../repository/expand-value-set.ts';
import type { InputDefinition, Inputs } from './read-inputs.ts';

const CODING: readonly InputDefinition[] = [
  { name: 'code', type: 'code', max: '1' },
  { name: 'system', type: 'uri', max: '1' },
  { name: 'coding', type: 'Coding', max: '1' },
];

export const LOOKUP_INPUTS: readonly InputDefinition[] = CODING;

export const CODE_INPUTS: readonly InputDefinition[] = [
  ...CODING,
  { name: 'url', type: 'uri', max: '1' },
  { name: 'display', type: 'string', max: '1' },
];

/**
 * `CodeSystem/$lookup`, of the code systems of the specification.
 * @throws OperationOutcomeError 404 for a code that is not there, 400 for a system that is not
 */
export function lookUpCode({ code, system, coding }: Inputs): Parameters {
  const given = coding as Coding | undefined;
  const url = textOf(system) ?? given?.system;
  if (!url) throw refuse('No code system specified');
  const codeSystem = findCodeSystem(url);
  if (!codeSystem) throw refuse(`CodeSystem ${url} not found`);
  const wanted = given ? given.code : textOf(code);
  if (!wanted) throw refuse(given ? 'No code specified' : 'No coding specified');
  const concept = findConcept(codeSystem, wanted);
  if (!concept || (given?.system && given.system !== codeSystem.url)) throw new OperationOutcomeError(notFound);
  const name = codeSystem.title ?? codeSystem.name ?? url;
  const display = { name: 'display', valueString: concept.display ?? '' };
  return { resourceType: 'Parameters', parameter: [{ name: 'name', valueString: name }, display] };
}

/** `CodeSystem/$validate-code`. In a system that is not known every code is good, as on the real server. */
export function validateCode({ url, code, coding }: Inputs): Parameters {
  const given = coding as Coding | undefined;
  const system = textOf(url) ?? given?.system;
  if (!system) throw refuse('No code system specified');
  if (!given && !textOf(code)) throw refuse('No coding specified');
  return verdict(validated(system, given ?? { system, code: String(code) }));
}

/** `ValueSet/$validate-code`: what it lists, or whole code systems; filters by property let everything in. */
export function validateInValueSet({ url, code, system, coding, display }: Inputs): Parameters {
  if (!textOf(url)) throw refuse('No ValueSet specified');
  const valueSet = knownTerminology().valueSets.get(withoutVersion(String(url)));
  if (!valueSet) throw refuse(`ValueSet ${url} not found`);
  const own = textOf(system) && textOf(code) ? { system: String(system), code: String(code) } : undefined;
  const wanted: Coding | undefined = own
    ? { ...own, ...(textOf(display) && { display: String(display) }) }
    : (coding as Coding);
  if (!wanted) throw refuse('No coding specified');
  const include = (valueSet.compose?.include ?? []).find((each) => includes(each, wanted));
  const found = include?.system ? validated(include.system, wanted) : undefined;
  return verdict(found);
}

function includes({ system, concept }: ValueSetComposeInclude, wanted: Coding): boolean {
  if (!system) throw refuse('Missing system URL for ValueSet include');
  if (wanted.system && wanted.system !== system) return false;
  return concept ? concept.some(({ code }) => code === wanted.code) : true;
}

/** The coding with the display that its system gives it, unless it brings its own. */
function validated(system: string, coding: Coding): Coding | undefined {
  const codeSystem = findCodeSystem(system);
  if (!codeSystem || codeSystem.content === 'example') return coding.system === system ? coding : undefined;
  if (coding.system && coding.system !== codeSystem.url) return undefined;
  const concept = findConcept(codeSystem, coding.code ?? '');
  return concept && { ...(concept.display && { display: concept.display }), ...coding };
}

function verdict(found: Coding | undefined): Parameters {
  const display = found?.display ? [{ name: 'display', valueString: found.display }] : [];
  return { resourceType: 'Parameters', parameter: [{ name: 'result', valueBoolean: found !== undefined }, ...display] };
}

function findCodeSystem(url: string): CodeSystem | undefined {
  return knownTerminology().codeSystems.get(withoutVersion(url));
}

function findConcept({ concept = [] }: CodeSystem, code: string): CodeSystemConcept | undefined {
  return flatten(concept).find((each) => each.code === code);
}

function textOf(input: unknown): string | undefined {
  return typeof input === 'string' && input !== '' ? input : undefined;
}

function refuse(message: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(message));
}
