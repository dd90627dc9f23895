import { vi } from 'vitest';

/** What a faked bridge answers a call with: a JSON body, or a whole Response. */
type Answers = Readonly<Record<string, (body: unknown) => unknown>>;

/** A call that was made of it. */
export interface BridgeCall {
  /** Such as `GET /connections/123`. */
  readonly call: string;
  readonly body: unknown;
}

/**
 * Puts an API in place of the bridge's for one test.
 *
 * @param answers - By method and path with its query, such as `POST /sync/123`; everything else is not found.
 * @returns The calls, as they come.
 */
export function answerBridge(answers: Answers): readonly BridgeCall[] {
  const calls: BridgeCall[] = [];
  vi.stubGlobal('fetch', async (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const call = `${method} ${url.replace('/api/fasten-health', '')}`;
    const sent: unknown = body === undefined ? undefined : JSON.parse(String(body));
    calls.push({ call, body: sent });
    const answer = await answers[call]?.(sent);
    if (answer instanceof Response) return answer;
    return answer === undefined ? refusal(404, 'not-found') : Response.json(answer);
  });
  return calls;
}

/** A refusal as the bridge tells it. */
export function refusal(status: number, code: string): Response {
  return Response.json({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] }, { status });
}
