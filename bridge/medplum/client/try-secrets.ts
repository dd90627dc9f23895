import type { Fetch } from './paced-fetch.ts';

/** Medplum answers 400 for a wrong secret. */
const REFUSED = [400, 401];

/**
 * While a client's secret is being rotated there are two, and which one Medplum takes changes while we run. Requests for a
 * token are tried with each, the one that was taken last first; all others pass as they are.
 */
export function trySecrets(fetch: Fetch, secrets: readonly string[]): Fetch {
  if (secrets.length < 2) return fetch;
  let order = [...secrets];
  return async (url, init) => {
    const asked = new URLSearchParams(url.endsWith('oauth2/token') ? String(init?.body ?? '') : '');
    if (asked.get('grant_type') !== 'client_credentials') return fetch(url, init);
    for (const [position, secret] of order.entries()) {
      asked.set('client_secret', secret);
      const response = await fetch(url, { ...init, body: asked.toString() });
      const isLast = position === order.length - 1;
      if (!isLast && REFUSED.includes(response.status)) {
        await response.body?.cancel();
        continue;
      }
      if (response.ok) order = [secret, ...order.filter((other) => other !== secret)];
      return response;
    }
    throw new Error('there is no secret to try');
  };
}
