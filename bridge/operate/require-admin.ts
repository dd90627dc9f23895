import type { Request, RequestHandler } from 'express';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';

/** Whoever runs the service is an administrator of its Medplum project; what a policy lets people read does not matter. */
export function requireAdmin(callerOf: (req: Request) => Caller): RequestHandler {
  return (req, _res, next) => {
    if (!callerOf(req).isAdmin) throw new HttpError(403, 'forbidden', 'for administrators of the Medplum project only');
    next();
  };
}
