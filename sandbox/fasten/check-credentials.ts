import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

export interface ApiKeys {
  readonly publicId: string;
  readonly privateKey: string;
}

/**
 * Basic authentication as Fasten documents it: user = public id, password = private key. The private key alone as a Bearer
 * token is let in as well: no document names it, but Fasten's own quickstart sends it, and has to run here as it is.
 *
 * @returns Middleware that answers 401 with Fasten's error envelope to everyone else.
 */
export function requireBasic(keys: ApiKeys): RequestHandler {
  const pair = Buffer.from(`${keys.publicId}:${keys.privateKey}`);
  const key = Buffer.from(keys.privateKey);
  return (req, res, next) => {
    const { authorization = '' } = req.headers;
    const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
    const bearer = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (isSame(Buffer.from(basic ?? '', 'base64'), pair) || isSame(Buffer.from(bearer ?? ''), key)) {
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

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
