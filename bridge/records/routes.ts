import type { Bundle } from '@medplum/fhirtypes';
import express, { type Request, type Response, type Router } from 'express';
import { recordCategorySchema, recordQuerySchema } from '../contract/record-category.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import { type RecordPage, readPage } from './read-page.ts';

export interface RecordRoutesDeps {
  readonly callerOf: (req: Request) => Caller;
}

/** `GET data/:patientId` and `GET data/:patientId/:dataType`: the record as FHIR Bundles, by category. */
export function recordRoutes({ callerOf }: RecordRoutesDeps): Router {
  const router = express.Router();
  router.get('/data/:patientId', async (req, res) => {
    const page = await readPage(callerOf(req), req.params.patientId, undefined, readQuery(req));
    sendBundle(req, res, page);
  });
  router.get('/data/:patientId/:dataType', async (req, res) => {
    const { data: category } = recordCategorySchema.safeParse(req.params.dataType);
    if (!category) {
      const known = recordCategorySchema.options.join(', ');
      throw new HttpError(404, 'not-found', `there is no such category; there are: ${known}`);
    }
    sendBundle(req, res, await readPage(callerOf(req), req.params.patientId, category, readQuery(req)));
  });
  return router;
}

function readQuery({ query }: Request) {
  const parsed = recordQuerySchema.safeParse(query);
  if (!parsed.success) {
    throw new HttpError(400, 'invalid', 'the query may have _count (1 to 500), and page from a next link');
  }
  return parsed.data;
}

function sendBundle(req: Request, res: Response, { entries, next }: RecordPage): void {
  const here = `${req.protocol}://${req.host}${req.baseUrl}${req.path}`;
  const more = new URLSearchParams({ ...(req.query as Record<string, string>), ...(next && { page: next }) });
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [
      { relation: 'self', url: `${here}${new URL(req.originalUrl, here).search}` },
      ...(next ? [{ relation: 'next', url: `${here}?${more}` }] : []),
    ],
    entry: [...entries],
  };
  res.type('application/fhir+json').send(JSON.stringify(bundle));
}
