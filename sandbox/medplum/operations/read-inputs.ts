import { badRequest, isResource, OperationOutcomeError, validateResource } from '@medplum/core';
import type { FhirRequest } from '@medplum/fhir-router';
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';

/** An input parameter of an operation, as its OperationDefinition has it. */
export interface InputDefinition {
  readonly name: string;
  readonly type: 'code' | 'date' | 'instant' | 'integer' | 'string' | 'uri' | 'Coding' | 'Reference';
  readonly max: '1' | '*';
}

export type Inputs = Readonly<Record<string, unknown>>;

/**
 * What an operation is called with: in the query of a GET, else in the body, as Parameters or as plain members. Of a
 * parameter that may be repeated a single value is not made a list, as on the real server.
 * @throws OperationOutcomeError 400 for a value that does not fit
 */
export function readInputs(definitions: readonly InputDefinition[], { method, query, body }: FhirRequest): Inputs {
  const given = method === 'GET' ? fromQuery(definitions, query) : body;
  if (isResource<Parameters>(given, 'Parameters')) return fromParameters(definitions, given);
  return inputsOf(definitions, (name) => given[name]);
}

function fromQuery(definitions: readonly InputDefinition[], query: FhirRequest['query']): Record<string, unknown> {
  return inputsOf(definitions, (name) => {
    const value = query[name];
    const { type = 'code' } = definitions.find((definition) => definition.name === name) ?? {};
    if (!value) return undefined;
    if (type === 'Coding' || type === 'Reference') {
      throw refuse(`Complex parameter ${name} (${type}) cannot be passed via query string`);
    }
    return Array.isArray(value) ? value.map((each) => read(each, name, type)) : read(value, name, type);
  });
}

function read(value: string, name: string, type: InputDefinition['type']): string | number {
  if (type !== 'integer') return value;
  const number = Number.parseInt(value, 10);
  if (Number.isNaN(number)) throw refuse(`Invalid value '${value}' provided for ${type} parameter '${name}'`);
  return number;
}

function fromParameters(definitions: readonly InputDefinition[], parameters: Parameters): Inputs {
  if (!parameters.parameter) return {};
  validateResource(parameters);
  return inputsOf(definitions, (name, type) => {
    const key = `value${type.charAt(0).toUpperCase()}${type.slice(1)}` as keyof ParametersParameter;
    return parameters.parameter?.filter((parameter) => parameter.name === name).map((parameter) => parameter[key]);
  });
}

function inputsOf(
  definitions: readonly InputDefinition[],
  given: (name: string, type: InputDefinition['type']) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(definitions.map((each) => [each.name, checked(each, given(each.name, each.type))]));
}

function checked({ name, max }: InputDefinition, value: unknown): unknown {
  if (!Array.isArray(value) || max === '*') return value;
  if (value.length > 1) {
    throw refuse(`Expected 0..1 value(s) for input parameter ${name}, but ${value.length} provided`);
  }
  return value[0];
}

function refuse(message: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(message));
}
