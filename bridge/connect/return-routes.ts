import express, { type Request, type Router } from 'express';
import { HttpError } from '../errors.ts';
import { findAttempt } from './attempt.ts';
import { bindAttempt } from './complete-attempt.ts';
import type { CompleteDeps } from './complete-connection.ts';

/**
 * `GET connections/return`: where Fasten sends the browser after a connection without the widget. A navigation carries no
 * token; the attempt's secret, which Fasten gives back, stands for the right that was checked when it began. Answers with
 * a redirect to the page, which is told how it ended and nothing else.
 */
export function returnRoutes(deps: CompleteDeps): Router {
  const router = express.Router();
  router.get('/connections/return', async (req, res) => {
    const outcome = await complete(deps, req).catch(refusalOf);
    deps.log.info('connection.returned', { code: outcome });
    // The address holds the secret: it must not go on to the page's own requests.
    res.set('referrer-policy', 'no-referrer').redirect(303, `/?connection=${outcome}`);
  });
  return router;
}

async function complete(deps: CompleteDeps, req: Request): Promise<'connected' | 'failed'> {
  const { error, external_state: secret, org_connection_id: orgConnectionId } = req.query;
  if (error !== undefined || typeof secret !== 'string' || typeof orgConnectionId !== 'string') return 'failed';
  const attempt = await findAttempt(deps.medplum, secret, new Date());
  await bindAttempt(deps, attempt, attempt.performer?.[0]?.reference ?? '', [orgConnectionId]);
  return 'connected';
}

function refusalOf(error: unknown): 'refused' | 'try-again' {
  if (!(error instanceof HttpError)) throw error;
  return error.status < 500 ? 'refused' : 'try-again';
}
