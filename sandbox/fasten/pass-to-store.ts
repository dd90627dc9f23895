import express, { type Router } from 'express';

/**
 * The faults of the sandbox Medplum, by its own switches: the page of one server may not ask another one.
 *
 * @param storeUrl - Its root, which ends in a slash; nothing: 404 to everyone.
 */
export function passToStore(storeUrl: string | undefined): Router {
  const router = express.Router();
  router.all('/', async (req, res) => {
    if (storeUrl === undefined) {
      res.status(404).json({ error: 'no sandbox Medplum was named to this simulator' });
      return;
    }
    const body = req.method === 'PUT' ? JSON.stringify(req.body ?? {}) : null;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(new URL('sandbox/faults', storeUrl), { method: req.method, headers, body });
    res
      .status(answer.status)
      .type('json')
      .send(await answer.text());
  });
  return router;
}
