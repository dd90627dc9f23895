import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

export interface ApiKeys {
  readonly publicId: string;
  readonly privateKey: string;
}

/**
 * Basic authentication as Fasten does it: user = public id, password = private key, no other scheme.
 *
 * @returns Middleware that answers 401 with Fasten's error envelope to everyone else.
 */
export function requireBasic(keys: ApiKeys): RequestHandler {
  const expected = Buffer.from(`${keys.publicId}:${keys.privateKey}`);
  return (req, res, next) => {
    if (matches(req.headers.authorization, expected)) {
      next();
    } else {
      sendError(res, 401, 'invalid credentials');
    }
  };
}

/** Fasten's only error shape: no code, no problem type. */
export function sendError(res: Response, status: number, error: string): void {
  res.status(status).json({ success: false, error });
}

function matches(header: string | undefined, expected: Buffer): boolean {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  const given = Buffer.from(encoded ?? '', 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
