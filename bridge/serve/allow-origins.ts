import type { RequestHandler } from 'express';

const METHODS = 'GET, POST, PATCH, DELETE';
const HEADERS = 'authorization, content-type, x-request-id';
const EXPOSED = 'x-request-id, retry-after, ratelimit';

/**
 * CORS for pages that are served elsewhere. Cookies mean nothing to the API, so none are allowed. Our own page needs no
 * permission. Source: fetch.spec.whatwg.org, "CORS protocol".
 *
 * @param origins - Those that may call, such as `https://app.example.com`.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const known = new Set(origins);
  return (req, res, next) => {
    res.vary('origin');
    const origin = req.get('origin');
    if (origin === undefined || !known.has(origin)) {
      next();
      return;
    }
    res.set({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED });
    if (req.method !== 'OPTIONS' || !req.get('access-control-request-method')) {
      next();
      return;
    }
    res.set({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': HEADERS,
      'access-control-max-age': '600',
    });
    res.status(204).end();
  };
}
