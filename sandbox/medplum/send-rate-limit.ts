import type { RequestHandler } from 'express';
import { quotaOf } from './auth/authenticate.ts';
import type { QuotaBook } from './quota.ts';
import type { Switches } from './switches.ts';

/** Counts every request, and puts the `RateLimit` header on its reply as late as can be, when all units are known. */
export function sendRateLimit(quotas: QuotaBook, switches: Switches): RequestHandler {
  return (req, res, next) => {
    const requests = quotas.countRequest(req.ip ?? '');
    const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res;
    res.writeHead = (...args: unknown[]) => {
      const limits = [requests, quotaOf(req)?.header()].filter((limit) => limit !== undefined);
      if (switches.rateLimitHeaders && !res.headersSent) res.setHeader('RateLimit', limits.join(', '));
      return writeHead(...args);
    };
    next();
  };
}
