import { UserError } from '../supervise/user-error.ts';

/**
 * A request whose answer is JSON.
 *
 * @param url - Where; `token` goes with it as bearer when given.
 * @throws UserError when nobody answers there, or with anything but 2xx.
 */
export async function callJson(url: string, init: RequestInit = {}, token?: string): Promise<unknown> {
  const headers = new Headers(init.headers);
  if (typeof init.body === 'string') {
    headers.set('content-type', 'application/json');
  }
  if (token !== undefined) {
    headers.set('authorization', `Bearer ${token}`);
  }
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers });
  } catch (cause) {
    throw new UserError(`Nothing answers at ${new URL(url).origin}: is npm start running?`, { cause });
  }
  if (!response.ok) {
    const text = (await response.text()).replaceAll(/\s+/g, ' ').slice(0, 300);
    throw new UserError(`${init.method ?? 'GET'} ${url} was answered with ${response.status}: ${text}`);
  }
  return await response.json();
}
