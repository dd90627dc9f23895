import { SANDBOX_KEYS } from './sandbox-keys.ts';

export const BASIC = `Basic ${btoa(`${SANDBOX_KEYS.publicId}:${SANDBOX_KEYS.privateKey}`)}`;

/** Calls the simulator as an integrator does, for tests; redirects are told, not followed. `body` is an object to post. */
export async function callFasten(url: string, { body, isSigned = true }: { body?: object; isSigned?: boolean } = {}) {
  const response = await fetch(url, {
    redirect: 'manual',
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...(isSigned && { authorization: BASIC }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = /^[[{]/.test(text) ? JSON.parse(text) : text;
  return { status: response.status, location: response.headers.get('location') ?? '', answer };
}
