import { z } from 'zod';
import type { ApiRoute } from '../contract/api/api-route.ts';
import { API_ROUTES } from '../contract/api-routes.ts';

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request makes no sense.',
  401: 'No proof of who calls, or one that is no longer good.',
  403: 'Who calls may not do this.',
  404: 'There is no such thing, or it is not theirs to see.',
  405: 'The address does not know this method.',
  409: 'It stands otherwise than the call takes for granted.',
  413: 'The body is too large.',
  415: 'The body is in a form that is not taken.',
  422: 'What is asked for is too large to be shown.',
  429: 'Too many requests.',
  502: 'Medplum or Fasten did not answer.',
  503: 'The queue does not answer; send it again.',
};

type Json = Readonly<Record<string, unknown>>;

/**
 * The API as an OpenAPI 3.1 document, made from the zod schemas of the contract.
 *
 * @param prefix - Path in front of every call.
 * @returns Plain JSON. Source of its form: spec.openapis.org/oas/v3.1.1.
 */
export function describeApi(prefix: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of API_ROUTES) {
    const path = `${prefix}${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Fasten-Medplum bridge', version: '0.1.0' },
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: "The caller's own Medplum access token." },
        signature: { type: 'apiKey', in: 'header', name: 'webhook-signature', description: 'Standard Webhooks.' },
        attempt: { type: 'apiKey', in: 'query', name: 'external_state', description: 'The secret of one attempt.' },
      },
      schemas: { OperationOutcome: schemaOf(operationOutcome, 'output') },
    },
  };
}

const operationOutcome = z.looseObject({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(
    z.object({
      severity: z.string(),
      code: z.string(),
      details: z.object({ text: z.string() }),
      diagnostics: z.string(),
    }),
  ),
});

function operationOf(route: ApiRoute): Json {
  const { method, path, summary, proof, body, status } = route;
  return {
    operationId: [method, ...path.split(/\W+/).filter(Boolean)].join('-'),
    summary,
    security: [{ [proof]: [] }],
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(body && { requestBody: { required: true, content: contentOf('application/json', schemaOf(body, 'input')) } }),
    responses: { [status]: answerOf(route), ...acceptedOf(route), ...refusalsOf(route) },
  };
}

function answerOf({ status, answer, mediaType = 'application/json' }: ApiRoute): Json {
  if (!answer) return { description: 'Goes on to the page.', headers: { location: { schema: { type: 'string' } } } };
  const description = status === 202 ? 'Taken.' : 'Done.';
  return { description, content: contentOf(mediaType, schemaOf(answer, 'output')) };
}

function acceptedOf({ accepted }: ApiRoute): Json {
  if (!accepted) return {};
  return { 202: { description: 'Taken.', content: contentOf('application/json', schemaOf(accepted, 'output')) } };
}

function refusalsOf({ proof, body, query, refusals = [] }: ApiRoute): Json {
  const statuses = [
    ...(body || query ? [400] : []),
    ...(proof === 'attempt' ? [] : [401]),
    ...(proof === 'token' ? [404, 429, 502] : []),
    405,
    ...(body ? [413] : []),
    ...(body && proof === 'token' ? [415] : []),
    ...refusals,
  ];
  const content = contentOf('application/fhir+json', { $ref: '#/components/schemas/OperationOutcome' });
  return Object.fromEntries(statuses.map((status) => [status, { description: REFUSALS[status], content }]));
}

function pathParameters({ path, params = {} }: ApiRoute): Json[] {
  const names = [...path.matchAll(/:(\w+)/g)].flatMap(([, name]) => name ?? []);
  return names.map((name) => {
    const shape = params[name];
    return { name, in: 'path', required: true, schema: shape ? schemaOf(shape, 'output') : { type: 'string' } };
  });
}

function queryParameters({ query }: ApiRoute): Json[] {
  if (!query) return [];
  return Object.entries(query.shape).map(([name, shape]) => {
    return { name, in: 'query', required: false, schema: schemaOf(shape as z.ZodType, 'output') };
  });
}

function contentOf(mediaType: string, schema: Json): Json {
  return { [mediaType]: { schema } };
}

/** `$schema` is said once for a whole document of OpenAPI 3.1: it is the same dialect. */
function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return schema;
}
