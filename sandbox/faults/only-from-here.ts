import type { RequestHandler } from 'express';

/**
 * Lets in who works on this machine and the page that is served from here: a page of another origin in the same browser is
 * refused, also when its name was made to lead here. 403 for all others.
 *
 * @param ownOrigin - Where a proxy serves this, if one does; then the name is the proxy's.
 */
export function onlyFromHere(ownOrigin?: string): RequestHandler {
  const ownHost = ownOrigin === undefined ? undefined : new URL(ownOrigin).host;
  return (req, res, next) => {
    const { host = '', origin } = req.headers;
    const isNamedRight = host === ownHost || isLoopback(host);
    const isOwnPage = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
    if (isNamedRight && isOwnPage) next();
    else res.status(403).json({ error: 'only from this machine, and from no page but its own' });
  };
}

function isLoopback(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|\[::1\]|([\w-]+\.)*localhost)(:\d+)?$/.test(host);
}
