import type { Bundle } from '@medplum/fhirtypes';
import express, { type Request, type Response, type Router } from 'express';
import { type Audit, withinMinute } from '../audit/audit.ts';
import { type RecordCategory, recordCategorySchema, recordQuerySchema } from '../contract/record-category.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import { type RecordPage, readPage } from './read-page.ts';

export interface RecordRoutesDeps {
  readonly callerOf: (req: Request) => Caller;
  readonly audit: Audit;
}

/**
 * `GET data/:patientId` and `GET data/:patientId/:dataType`: the record as FHIR Bundles, by category. `POST
 * data/:patientId/views`: the page says that somebody opened the record there.
 */
export function recordRoutes({ callerOf, audit }: RecordRoutesDeps): Router {
  const router = express.Router();
  const read = async (req: Request, patientId: string, category: RecordCategory | undefined): Promise<RecordPage> => {
    const caller = callerOf(req);
    const page = await readPage(caller, patientId, category, readQuery(req));
    const told = { who: caller.profile, patient: `Patient/${patientId}`, category: category ?? 'everything' };
    audit({ what: 'record-read', ...told }, withinMinute(told.who, told.patient, told.category));
    return page;
  };
  router.get('/data/:patientId', async (req, res) => {
    sendBundle(req, res, await read(req, req.params.patientId, undefined));
  });
  router.post('/data/:patientId/views', async (req, res) => {
    const caller = callerOf(req);
    // Nobody is told to have seen what they may not see.
    const { id } = await caller.read('Patient', req.params.patientId);
    const told = { who: caller.profile, patient: `Patient/${id}` };
    audit({ what: 'record-opened', ...told }, withinMinute(told.who, told.patient));
    res.status(202).json({});
  });
  router.get('/data/:patientId/:dataType', async (req, res) => {
    const { data: category } = recordCategorySchema.safeParse(req.params.dataType);
    if (!category) {
      const known = recordCategorySchema.options.join(', ');
      throw new HttpError(404, 'not-found', `there is no such category; there are: ${known}`);
    }
    sendBundle(req, res, await read(req, req.params.patientId, category));
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
