import { setTimeout as pause } from 'node:timers/promises';
import { tooManyRequests } from '@medplum/core';
import type { Request, RequestHandler, Response } from 'express';
import type { StoreFault } from '../faults/fault-kinds.ts';
import type { Faults, Occasion } from '../faults/faults.ts';

/** Answers in place of the server. */
type Refusal = (res: Response, ms: number) => void;

/** Refused before anything was done. The first two are all that stands between a client and its requests a minute. */
const REFUSALS: readonly (readonly [StoreFault, Refusal])[] = [
  ['throttled', (res, ms) => sendThrottled(res, ms)],
  ['throttledAtGateway', (res, ms) => sendHtml(res.set('Retry-After', `${Math.ceil(ms / 1000)}`), 429)],
  ['serverError', (res) => res.status(500).json(outcomeOf('exception', 'Internal Server Error'))],
  ['badGateway', (res) => sendHtml(res, 502)],
  ['unavailable', (res) => sendHtml(res, 503)],
];

/**
 * Lets the faults of the store happen to a request: before anybody has looked at it, or after everything was done. Stands
 * before all routes that can be struck.
 */
export function strikeRequest(faults: Faults<StoreFault>): RequestHandler {
  return async (req, res, next) => {
    const about = occasionOf(req);
    const slow = faults.strike('slowReply', about);
    if (slow) await pause(slow.ms);
    if (faults.strike('dropped', about)) {
      req.socket.destroy();
      return;
    }
    for (const [name, refuse] of REFUSALS) {
      const strike = faults.strike(name, about);
      if (!strike) continue;
      refuse(res, strike.ms);
      return;
    }
    if (faults.strike('replyLost', about)) withhold(res, () => req.socket.destroy());
    else if (faults.strike('gatewayTimeout', about)) withhold(res, () => sendHtml(res, 504));
    next();
  };
}

/** What a fault is decided by, wherever the router stands. */
export function occasionOf({ method, originalUrl }: Request): Occasion {
  return { method, path: originalUrl.replace(/\?.*$/s, '') };
}

/** Nothing of the answer that is being made leaves; `then` is called when it is whole. */
function withhold(res: Response, then: () => void): void {
  const { end, write, writeHead } = res;
  res.writeHead = () => res;
  res.write = () => true;
  res.end = (() => {
    Object.assign(res, { end, write, writeHead });
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    then();
    return res;
  }) as typeof res.end;
}

/** As the real server refuses an address that asked too often (its ratelimit.ts); it knows no Retry-After. */
function sendThrottled(res: Response, ms: number): void {
  const limit = 60_000;
  const counted = { _remainingPoints: 0, _msBeforeNext: ms, _consumedPoints: limit + 1, _isFirstInDuration: false };
  const [issue] = tooManyRequests.issue;
  const diagnostics = JSON.stringify({ ...counted, limit });
  res.set('RateLimit', `"requests";r=0;t=${Math.ceil(ms / 1000)}`);
  res.status(429).json({ ...tooManyRequests, issue: [{ ...issue, diagnostics }] });
}

function sendHtml(res: Response, status: number): void {
  res.status(status).type('html').send(`<html><body><h1>${status}</h1></body></html>\n`);
}

function outcomeOf(code: string, text: string) {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] };
}
