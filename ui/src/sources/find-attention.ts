import { namespaceFromConsent } from '@fasten-medplum/bridge/contract/connection';
import { holdFromTask } from '@fasten-medplum/bridge/contract/import-hold';
import type { Consent, Task } from '@medplum/fhirtypes';
import { formatWhen } from '../format-when.ts';
import type { NamedSource } from './source-names.ts';

/** Something about a patient's imports that a person should look at. */
export interface Attention {
  readonly text: string;
  /** A colour of Mantine's. */
  readonly color: 'red' | 'orange' | 'yellow';
  /** The import that it is about. */
  readonly taskId?: string;
}

export interface AttentionInput {
  /** `Patient/<id>` */
  readonly reference: string;
  /** The patient's imports, newest first. */
  readonly tasks: readonly Task[];
  /** Imports on hold, of anybody. */
  readonly held: readonly Task[];
  /** The patient's connections, newest first. */
  readonly consents: readonly Consent[];
  readonly sources: readonly NamedSource[];
  /** Milliseconds. */
  readonly now: number;
}

/** How long before its end a connection is spoken of: time enough to connect again. */
const SOON_MS = 30 * 24 * 60 * 60 * 1000;

/** What needs a person, what keeps records out of the chart first. */
export function findAttention(input: AttentionInput): Attention[] {
  return [...heldImports(input), ...failedImports(input), ...endingConnections(input)];
}

function heldImports({ held, reference }: AttentionInput): Attention[] {
  return held
    .filter((task) => holdFromTask(task).candidate === reference)
    .map((task) => ({
      text: 'An import waits for a decision: are these this patient’s records?',
      color: 'orange',
      ...(task.id && { taskId: task.id }),
    }));
}

/** Only when it is the newest of its connection: a later one that went well has made up for it. */
function failedImports({ tasks }: AttentionInput): Attention[] {
  const connectionOf = ({ focus }: Task) => focus?.reference ?? focus?.identifier?.value;
  return tasks
    .filter((task, index) => {
      const isNewest = tasks.findIndex((other) => connectionOf(other) === connectionOf(task)) === index;
      return isNewest && task.status === 'failed';
    })
    .map((task) => ({
      text: 'The last import stopped before its end',
      color: 'red',
      ...(task.id && { taskId: task.id }),
    }));
}

function endingConnections({ consents, sources, now }: AttentionInput): Attention[] {
  return consents.flatMap((consent): Attention[] => {
    const end = consent.provision?.period?.end;
    const left = Date.parse(end ?? '') - now;
    if (consent.status !== 'active' || !(left < SOON_MS)) return [];
    const source = sources.find(({ namespace }) => namespace === namespaceFromConsent(consent));
    const name = source?.name ?? 'a health system';
    return [{ text: `Access to ${name} ${left < 0 ? 'ended' : 'ends'} on ${formatWhen(end)}`, color: 'yellow' }];
  });
}
