import express, { type Router } from 'express';
import type { ApiRoute } from '../contract/api/api-route.ts';
import { API_ROUTES } from '../contract/api-routes.ts';
import { describeApi } from './describe-api.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1b1e}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{overflow:auto;background:#f1f3f5;padding:1rem}
section{border-top:1px solid #dee2e6;padding:.5rem 0}h2{font-size:1.1rem}summary{cursor:pointer}`;

const PROOFS: Readonly<Record<ApiRoute['proof'], string>> = {
  token: 'a Medplum access token',
  signature: 'a signature of Fasten',
  attempt: 'the secret of an attempt',
};

/** `GET /docs`, a page that needs nothing from elsewhere, and `GET /docs/openapi.json`. What they say is no secret. */
export function docsRoutes(prefix: string): Router {
  const document = describeApi(prefix);
  const page = pageOf(prefix, document);
  const router = express.Router();
  router.get('/docs/openapi.json', (_req, res) => {
    res.json(document);
  });
  router.get('/docs', (_req, res) => {
    res.type('html').send(page);
  });
  return router;
}

function pageOf(prefix: string, document: Readonly<Record<string, unknown>>): string {
  const paths = document.paths as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const sections = API_ROUTES.map(({ method, path, summary, proof }) => {
    const address = `${prefix}${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const details = JSON.stringify(paths[address]?.[method], undefined, 2);
    return `<section><h2><code>${method.toUpperCase()} ${escapeHtml(address)}</code></h2>
<p>${escapeHtml(summary)} Needs ${PROOFS[proof]}.</p>
<details><summary>Parameters, body and answers</summary><pre>${escapeHtml(details)}</pre></details></section>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fasten-Medplum bridge: API</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><main>
<h1>Fasten-Medplum bridge: API</h1>
<p>As <a href="/docs/openapi.json">OpenAPI 3.1</a>. Every refusal is a FHIR OperationOutcome.</p>
${sections.join('\n')}</main></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
