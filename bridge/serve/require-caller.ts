import type { Request, RequestHandler } from 'express';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';

const callers = new WeakMap<Request, Caller>();

/** Refuses every request without a bearer token that Medplum knows; later handlers ask `callerOf` who it is. */
export function requireCaller(identify: (token: string) => Promise<Caller>): RequestHandler {
  return async (req, _res, next) => {
    const token = /^Bearer ([\w.~+/=-]{1,16000})$/i.exec(req.get('authorization') ?? '')?.[1];
    if (token === undefined) {
      throw new HttpError(401, 'login', 'a Medplum access token is needed: Authorization: Bearer ...');
    }
    callers.set(req, await identify(token));
    next();
  };
}

/** Who makes this request. Throws where `requireCaller` did not run before: a fault of ours. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req);
  if (caller === undefined) {
    throw new Error('the route is not behind requireCaller');
  }
  return caller;
}
