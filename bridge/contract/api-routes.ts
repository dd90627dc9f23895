import type { ApiRoute } from './api/api-route.ts';
import { CONNECTION_ROUTES } from './api/connection-routes.ts';
import { IMPORT_ROUTES } from './api/import-routes.ts';
import { OPERATION_ROUTES } from './api/operation-routes.ts';
import { RECORD_ROUTES } from './api/record-routes.ts';

/**
 * Every call under the API's prefix. The server answers a method that stands here for no call of an address with 405;
 * `bridge/test/api-docs.test.ts` holds the table against what is served.
 */
export const API_ROUTES: readonly ApiRoute[] = [
  ...CONNECTION_ROUTES,
  ...IMPORT_ROUTES,
  ...RECORD_ROUTES,
  ...OPERATION_ROUTES,
];
