import type { World } from './open-world.ts';

export type Json = Record<string, unknown>;

/** What an endpoint for signing in answered; what is no JSON as `text`. */
export interface Reply {
  readonly status: number;
  readonly body: Json;
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as Json };
  } catch {
    return { status: response.status, body: { text } };
  }
}

/** `400 invalid_request Invalid code`: the status, the error and what is said of it. */
export function saidOf({ status, body }: Reply): string {
  const parts = [status, body.error, body.error_description ?? body.text];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

/** @param path - Below the server's own address, as `auth/me`. */
export async function getJson({ baseUrl }: World, path: string, headers = {}): Promise<Reply> {
  return replyOf(await fetch(`${baseUrl}${path}`, { headers }));
}

/** @param path - As for `getJson`. */
export async function postForm(
  { baseUrl }: World,
  path: string,
  form: Record<string, string>,
  headers = {},
): Promise<Reply> {
  return replyOf(await fetch(`${baseUrl}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) }));
}

/** Asks for a token. */
export function postToken(world: World, form: Record<string, string>, headers = {}): Promise<Reply> {
  return postForm(world, 'oauth2/token', form, headers);
}

/** The credentials of the ordinary client as a form that asks for a token. */
export function formOf({ member }: World, more = {}) {
  const { id, secret } = member.credentials;
  return { grant_type: 'client_credentials', client_id: id, client_secret: secret, ...more };
}

/** The same credentials as a header. */
export function basicOf({ member }: World, secret = member.credentials.secret) {
  return { Authorization: `Basic ${btoa(`${member.credentials.id}:${secret}`)}` };
}

export function bearer(accessToken: unknown) {
  return { Authorization: `Bearer ${accessToken}` };
}

/** A token of a login of its own, so that it may be revoked. */
export async function ownToken(world: World, more = {}): Promise<string> {
  return String((await postToken(world, formOf(world, more))).body.access_token);
}
