import type { Patient } from '@medplum/fhirtypes';
import type { SandboxFasten } from '../../../sandbox/fasten/start-fasten.ts';
import { connectionAttemptSchema } from '../../contract/connection-attempt.ts';
import { askAgain } from './ask-again.ts';
import { decideHeld } from './decide-held.ts';
import type { Journey } from './draw-journey.ts';
import { type Ended, endConnection } from './end-connection.ts';
import { insist } from './insist.ts';
import { KIM, whose } from './people.ts';
import { portalsOf, sourceOf } from './personas.ts';
import type { Surroundings } from './surroundings.ts';

/** A journey as it was lived: whose chart it is about, which connections came of it, and which of them have ended. */
export interface LivedJourney {
  readonly journey: Journey;
  readonly patientId: string;
  readonly orgConnectionIds: readonly string[];
  readonly ended?: Ended;
}

/** Lives a journey to the point where the person has done what is theirs. Throws Error when they are never let. */
export async function liveJourney(around: Surroundings, journey: Journey): Promise<LivedJourney> {
  const patientId = await openChart(around);
  const portalIds = Array.from({ length: portalsOf(journey.persona) }, () => crypto.randomUUID());
  const orgConnectionIds: string[] = [];
  for (let visit = 0; visit < journey.visits; visit++) {
    const portalId = portalIds[visit % portalIds.length] ?? '';
    orgConnectionIds.push(await connect(around, journey, visit, patientId, portalId));
  }
  const [first = ''] = orgConnectionIds;
  if (journey.decided) await decideHeld(around, patientId, journey.decided);
  if (journey.later) await askAgain(around, journey, patientId, first);
  if (!journey.ended) return { journey, patientId, orgConnectionIds };
  const ended = await endConnection(around, journey, patientId, orgConnectionIds, journey.ended);
  return { journey, patientId, orgConnectionIds, ended };
}

async function openChart({ storeUrl, token }: Surroundings): Promise<string> {
  const { given, family, ...rest } = KIM;
  const patient: Patient = { resourceType: 'Patient', name: [{ given: [given], family }], ...rest };
  const stored = (await insist({ method: 'POST', url: `${storeUrl}fhir/R4/Patient`, token, body: patient })) as Patient;
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
  const wish = { method: 'POST', url: `${apiUrl}/connections/initiate`, token, body: { patientId } } as const;
  const { externalId, externalState } = connectionAttemptSchema.parse(await insist(wish));
  const { failWith, told } = journey;
  const persona = { ...sourceOf(journey.persona, visit), patient: whose(journey) };
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
    const body = { external_state: externalState, event };
    await insist({ method: 'POST', url: `${apiUrl}/connections/complete`, token, body });
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
