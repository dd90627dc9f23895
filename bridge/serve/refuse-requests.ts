import type { RequestHandler } from 'express';
import { API_ROUTES } from '../contract/api-routes.ts';
import { HttpError } from '../errors.ts';

const PATTERNS = API_ROUTES.map(({ method, path }) => {
  return { method: method.toUpperCase(), pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?$`, 'i') };
});

/** Refuses a method that an address of ours does not know, and names those that it does. */
export const refuseMethods: RequestHandler = (req, res, next) => {
  const known = PATTERNS.filter(({ pattern }) => pattern.test(req.path)).map(({ method }) => method);
  const allowed = new Set(known.includes('GET') ? [...known, 'HEAD'] : known);
  if (allowed.size === 0 || allowed.has(req.method)) {
    next();
    return;
  }
  res.set('allow', [...allowed].join(', '));
  next(new HttpError(405, 'not-supported', 'this address does not know this method'));
};

/** Refuses a body that is not JSON: it would be taken for none. Browsers announce an empty body of a POST, too. */
export const refuseOtherBodies: RequestHandler = (req, _res, next) => {
  const isOther = req.get('content-length') !== '0' && req.is('application/json') === false;
  next(isOther ? new HttpError(415, 'not-supported', 'a body must be application/json') : undefined);
};
