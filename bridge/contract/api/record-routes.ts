import { z } from 'zod';
import { recordBundleSchema, recordCategorySchema, recordQuerySchema } from '../record-category.ts';
import type { ApiRoute } from './api-route.ts';

/** The record itself. */
export const RECORD_ROUTES: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/data/:patientId',
    summary: 'The whole record of a Patient, page by page.',
    proof: 'token',
    query: recordQuerySchema,
    status: 200,
    answer: recordBundleSchema,
    mediaType: 'application/fhir+json',
  },
  {
    method: 'post',
    path: '/data/:patientId/views',
    summary: 'Says that the caller opened the record in a page that reads it from Medplum; leaves an AuditEvent.',
    proof: 'token',
    status: 202,
    answer: z.object({}),
  },
  {
    method: 'get',
    path: '/data/:patientId/:dataType',
    summary: 'One category of the record.',
    proof: 'token',
    params: { dataType: recordCategorySchema },
    query: recordQuerySchema,
    status: 200,
    answer: recordBundleSchema,
    mediaType: 'application/fhir+json',
  },
];
