import { randomUUID } from 'node:crypto';
import { send } from '../../medplum/open-sandbox.ts';
import { postToken } from '../ask-oauth.ts';
import { inviteUser } from '../invite-user.ts';
import { likeness } from '../likeness.ts';
import { newSource, observationOf, patientOf } from '../make-resources.ts';
import { resourceOf, said } from '../said.ts';
import { meOf, messagesOf, newProof, postAuth, signInAs } from '../sign-in.ts';

/** People as members of a project: invited, removed, made admins, sent to sign in by an app. Needs an admin. */
export const memberships = [
  likeness(
    'what the answer to an invitation holds',
    [['id', 'meta', 'profile', 'project', 'resourceType', 'user'], 'User', 'Practitioner', 'Kim Likeness'],
    async (world) => {
      const { membership } = await inviteUser(world);
      const { user, profile } = membership;
      return [
        Object.keys(membership).toSorted(),
        user?.reference?.split('/')[0],
        profile?.reference?.split('/')[0],
        profile?.display,
      ];
    },
  ),

  likeness(
    'an invitation of an ordinary client, and one that lacks something',
    [
      '403 Forbidden',
      '400 Resource type is required',
      '400 First name is required',
      '400 Either email or externalId is required',
    ],
    async (world) => {
      const path = `/admin/projects/${world.admin.projectId}/invite`;
      const whole = {
        resourceType: 'Practitioner',
        firstName: 'A',
        lastName: 'B',
        email: `${randomUUID()}@example.com`,
      };
      return [
        said(await world.member.call('POST', path, whole)),
        said(await world.admin.call('POST', path, { ...whole, resourceType: 'Organization' })),
        said(await world.admin.call('POST', path, { ...whole, firstName: '' })),
        said(await world.admin.call('POST', path, { ...whole, email: undefined })),
      ];
    },
  ),

  likeness(
    'one who is a member already is not invited twice',
    '409 User is already a member of this project',
    async (world) => {
      const { email } = await inviteUser(world);
      const again = {
        resourceType: 'Practitioner',
        firstName: 'Kim',
        lastName: 'Likeness',
        email,
        scope: 'project',
        sendEmail: false,
      };
      return said(await world.admin.call('POST', `/admin/projects/${world.admin.projectId}/invite`, again));
    },
  ),

  likeness(
    'a membership that is deleted, or no longer active, ends what its token could do',
    [200, true],
    async (world) => {
      const gone = await inviteUser(world);
      const tokens = await signInAs(world, gone);
      const before = (await meOf(world, tokens)).status;
      await world.admin.call('DELETE', `ProjectMembership/${gone.membership.id}`);
      const after = (await meOf(world, tokens)).status;
      return [before, after >= 400];
    },
  ),

  likeness('membership.admin makes an admin at once', [403, 200], async (world) => {
    const invited = await inviteUser(world);
    const tokens = await signInAs(world, invited);
    const call = async () => {
      const response = await fetch(`${world.baseUrl}admin/projects/${world.admin.projectId}`, {
        headers: { Authorization: `Bearer ${tokens.access_token}` },
      });
      return response.status;
    };
    const before = await call();
    const path = `ProjectMembership/${invited.membership.id}`;
    const { json } = await world.admin.call('GET', path);
    await world.admin.call('PUT', path, { ...(json as object), admin: true });
    return [before, await call()];
  }),

  likeness(
    'an app sends a person to sign in, and gets a code for them',
    {
      good: [
        302,
        ['client_id', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'response_type', 'scope', 'state'],
      ],
      noMethod: [302, { error: 'invalid_request', error_description: 'Missing code challenge method', state: 'own' }],
      noScope: [302, { error: 'invalid_request', error_description: 'Missing scope', state: 'own' }],
      noType: [302, { error: 'unsupported_response_type', error_description: 'Invalid response type', state: 'own' }],
      otherAudience: [302, { error: 'invalid_request', error_description: 'Invalid audience', state: 'own' }],
      silent: [302, { error: 'login_required', error_description: 'Login required', state: 'own' }],
      otherClient: [400, 'invalid_request', 'Invalid client'],
      token: 200,
    },
    async (world) => {
      const invited = await inviteUser(world);
      const redirectUri = 'https://example.com/likeness';
      const path = `/admin/projects/${world.admin.projectId}/client`;
      const made = await world.admin.call('POST', path, { name: world.run, redirectUris: [redirectUri] });
      const { id: clientId } = resourceOf(made);
      const { verifier, ...challenge } = newProof();
      const authorize = async (more: Record<string, string>) => {
        const own = {
          client_id: clientId,
          redirect_uri: redirectUri,
          response_type: 'code',
          scope: 'openid',
          state: 'own',
        };
        const url = `${world.baseUrl}oauth2/authorize?${new URLSearchParams({ ...own, ...more })}`;
        const response = await fetch(url, { redirect: 'manual' });
        const { origin, pathname, searchParams } = new URL(response.headers.get('Location') ?? 'http://none');
        const isBack = `${origin}${pathname}` === redirectUri;
        return [response.status, isBack ? Object.fromEntries(searchParams) : [...searchParams.keys()].toSorted()];
      };
      const { email, password } = invited;
      const { body } = await postAuth(world, 'login', { email, password, clientId, ...challenge });
      const { code } = body;
      const form = {
        grant_type: 'authorization_code',
        client_id: clientId,
        code: String(code),
        code_verifier: verifier,
      };
      return {
        good: await authorize({ code_challenge: challenge.codeChallenge, code_challenge_method: 'S256' }),
        noMethod: await authorize({ code_challenge: challenge.codeChallenge }),
        noScope: await authorize({ scope: '' }),
        noType: await authorize({ response_type: 'token' }),
        otherAudience: await authorize({ aud: 'https://example.com/fhir' }),
        silent: await authorize({ prompt: 'none' }),
        otherClient: messagesOf(await postToken(world, { ...form, client_id: world.member.credentials.id })),
        token: (await postToken(world, form)).status,
      };
    },
  ),

  likeness(
    'SMART scopes limit what a person may do',
    ['200', '403 Forbidden', '201', '403 Forbidden'],
    async (world) => {
      const invited = await inviteUser(world);
      const { access_token } = await signInAs(world, invited, {
        scope: 'openid user/Observation.rs user/Patient.cruds',
      });
      const ask = async (method: string, path: string, body?: unknown) =>
        said(await send(world.baseUrl, String(access_token), method, path, body));
      return [
        await ask('GET', 'Observation?_count=1'),
        await ask('POST', 'Observation', observationOf(undefined)),
        await ask('POST', 'Patient', patientOf(newSource(world))),
        await ask('GET', 'Organization?_count=1'),
      ];
    },
  ),
];
