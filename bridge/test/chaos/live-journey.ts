import { setTimeout as wait } from 'node:timers/promises';
import type { Patient } from '@medplum/fhirtypes';
import type { SandboxFasten } from '../../../sandbox/fasten/start-fasten.ts';
import { connectionAttemptSchema } from '../../contract/connection-attempt.ts';
import { portalsOf, sourceOf } from './personas.ts';
import type { Journey } from './plan-run.ts';

/** A journey as it was lived: whose chart it is about, and which connections came of it. */
export interface LivedJourney {
  readonly journey: Journey;
  readonly patientId: string;
  readonly orgConnectionIds: readonly string[];
}

/** Where a person acts: in the browser, with their token, and at the health system. */
export interface Surroundings {
  readonly fasten: SandboxFasten;
  readonly apiUrl: string;
  readonly storeUrl: string;
  readonly token: string;
}

const KIM = { given: 'Kim', family: 'Example', birthDate: '1980-05-17', gender: 'female' } as const;
const ELSE = { given: 'Zyxwvut', family: 'Qponmlk', birthDate: '1951-02-03', gender: 'male' } as const;
const PATIENCE_MS = 60_000;
const AGAIN_MS = 150;

/** Lives a journey to the point where the person has done what is theirs. Throws Error when they are never let. */
export async function liveJourney(around: Surroundings, journey: Journey): Promise<LivedJourney> {
  const patientId = await openChart(around);
  const portalIds = Array.from({ length: portalsOf(journey.persona) }, () => crypto.randomUUID());
  const orgConnectionIds: string[] = [];
  for (let visit = 0; visit < journey.visits; visit++) {
    const portalId = portalIds[visit % portalIds.length] ?? '';
    orgConnectionIds.push(await connect(around, journey, visit, patientId, portalId));
  }
  return { journey, patientId, orgConnectionIds };
}

async function openChart({ storeUrl, token }: Surroundings): Promise<string> {
  const { given, family, ...rest } = KIM;
  const patient: Patient = { resourceType: 'Patient', name: [{ given: [given], family }], ...rest };
  const stored = (await insist(`${storeUrl}fhir/R4/Patient`, token, patient)) as Patient;
  return stored.id ?? '';
}

/** One visit to the portal, as Stitch shows it to the page: an attempt, the sign-in, the event. */
async function connect(
  around: Surroundings,
  journey: Journey,
  visit: number,
  patientId: string,
  portalId: string,
): Promise<string> {
  const { apiUrl, token, fasten } = around;
  const attempt = connectionAttemptSchema.parse(await insist(`${apiUrl}/connections/initiate`, token, { patientId }));
  const { externalId, externalState } = attempt;
  const { failWith, told } = journey;
  const persona = { ...sourceOf(journey.persona, visit), patient: journey.chart === 'own' ? KIM : ELSE };
  const { orgConnectionId } = await authorise(fasten, told !== 'page', {
    persona,
    portalId,
    externalId,
    externalState,
    ...(failWith && { failWith }),
  });
  if (told !== 'event') {
    const data = {
      org_connection_id: orgConnectionId,
      connection_status: 'authorized',
      external_id: externalId,
      external_state: externalState,
    };
    const event = { event_type: 'patient.connection_success', data };
    await insist(`${apiUrl}/connections/complete`, token, { external_state: externalState, event });
  }
  return orgConnectionId;
}

let authorising: Promise<unknown> = Promise.resolve();

/** One after the other: whether Fasten tells of it is a setting of the whole simulator. */
function authorise(fasten: SandboxFasten, isTold: boolean, spec: Parameters<SandboxFasten['createConnection']>[0]) {
  const authorised = authorising.then(async () => {
    await fasten.setWebhook({ connectionEvents: isTold });
    return fasten.createConnection(spec);
  });
  authorising = authorised.catch(() => undefined);
  return authorised;
}

/** As somebody does who sees that it did not work: the same once more, until it works. */
async function insist(url: string, token: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const until = performance.now() + PATIENCE_MS;
  let last = '';
  while (performance.now() < until) {
    try {
      const signal = AbortSignal.timeout(15_000);
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
      if (answer.ok) return await answer.json();
      last = `${answer.status}`;
      await answer.body?.cancel();
    } catch (error) {
      last = error instanceof Error ? error.name : 'lost';
    }
    await wait(AGAIN_MS);
  }
  throw new Error(`POST ${new URL(url).pathname} did not work for ${PATIENCE_MS / 1000} s: ${last}`);
}
