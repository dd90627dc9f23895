import { normalizeErrorString } from '@medplum/core';
import { Router } from 'express';
import type { ResourceStore } from '../repository/resource-store.ts';
import type { AuthWorld } from './authenticate.ts';
import { clientOf, refusalOf } from './authorize-routes.ts';
import type { Login } from './logins.ts';
import { beginSignIn, chooseMembership } from './sign-in.ts';

type Params = Record<string, string | undefined>;

const STYLE = 'font: 16px system-ui; max-width: 22rem; margin: 4rem auto; display: grid; gap: .75rem';

/**
 * `/oauth`: where `/oauth2/authorize` sends the browser, Medplum's own app on a real server. A form without scripts; the
 * parameters of the app travel in its address.
 */
export function signInPage(world: AuthWorld, store: ResourceStore): Router {
  const router = Router();
  router.use((req, res, next) => {
    const { client_id = '', redirect_uri } = req.query as Params;
    const refusal = refusalOf(clientOf(store, client_id), redirect_uri);
    if (refusal) res.status(400).send(refusal);
    else next();
  });
  router.get('/', (_req, res) => {
    res.type('html').send(pageOf(CREDENTIALS));
  });
  router.post('/', (req, res) => {
    const params = req.query as Params;
    try {
      const login = signIn(world, params, req.body as Params);
      if (login.membershipId) res.redirect(303, addressWithCode(params, login));
      else res.type('html').send(pageOf(choicesOf(world, login)));
    } catch (error) {
      res
        .status(400)
        .type('html')
        .send(pageOf(CREDENTIALS, normalizeErrorString(error)));
    }
  });
  return router;
}

/** By e-mail and password; or, in a second step, by the membership that was chosen. */
function signIn(world: AuthWorld, params: Params, form: Params): Login {
  if (form.login) return chooseMembership(world, form.login, form.profile ?? '');
  const { client_id, scope, nonce, code_challenge, code_challenge_method } = params;
  return beginSignIn(world, {
    email: form.email ?? '',
    password: form.password ?? '',
    ...(client_id && { clientId: client_id }),
    ...(scope && { scope }),
    ...(nonce && { nonce }),
    ...(code_challenge && { codeChallenge: code_challenge }),
    ...(code_challenge_method && { codeChallengeMethod: code_challenge_method }),
  });
}

function addressWithCode({ redirect_uri = '', state }: Params, { code = '' }: Login): string {
  const url = new URL(redirect_uri);
  url.searchParams.set('code', code);
  if (state !== undefined) url.searchParams.set('state', state);
  return url.href;
}

const CREDENTIALS = `
  <label>Email <input name="email" type="email" required autofocus></label>
  <label>Password <input name="password" type="password" required></label>`;

function choicesOf(world: AuthWorld, login: Login): string {
  const members = world.people.membershipsOf(login.userId, login);
  const options = members.map(({ membershipId, display, project }) => {
    const label = `${asText(display)}, ${asText(project.name)}`;
    return `<label><input type="radio" name="profile" value="${membershipId}" required> ${label}</label>`;
  });
  return `<input type="hidden" name="login" value="${login.id}">${options.join('')}`;
}

function pageOf(fields: string, fault = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in to the sandbox</title>
<form method="post" style="${STYLE}"><h1>Sign in to the sandbox</h1><p role="alert">${asText(fault)}</p>${fields}
<button>Sign in</button></form></html>`;
}

function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
