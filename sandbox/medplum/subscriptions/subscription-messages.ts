import { randomUUID } from 'node:crypto';
import { createReference, type WithId } from '@medplum/core';
import type { Bundle, BundleEntry, Resource, SubscriptionStatus } from '@medplum/fhirtypes';

/*
 * What goes over a websocket, as packages/server/src/subscriptions/websockets.ts makes it: a Bundle of type history whose
 * first entry is a SubscriptionStatus.
 */

/** The answer to a token that binds. */
export function handshakeOf(subscriptionId: string): Bundle {
  return messageOf([{ resource: statusOf('handshake', subscriptionId) }]);
}

/** Tells a client every few seconds what its socket is bound to. */
export function heartbeatOf(subscriptionIds: readonly string[]): Bundle {
  return messageOf(subscriptionIds.map((id) => ({ resource: statusOf('heartbeat', id) })));
}

/** Tells of one version of a resource, and brings it along. */
export function notificationOf(subscriptionId: string, resource: WithId<Resource>, fullUrl: string): Bundle {
  const timestamp = new Date().toISOString();
  const notificationEvent = [{ eventNumber: '0', timestamp, focus: createReference(resource) }];
  const status = { ...statusOf('event-notification', subscriptionId), notificationEvent };
  return messageOf([{ resource: status }, { resource, fullUrl }]);
}

function statusOf(type: SubscriptionStatus['type'] & string, subscriptionId: string): SubscriptionStatus {
  return {
    resourceType: 'SubscriptionStatus',
    id: randomUUID(),
    status: 'active',
    type,
    subscription: { reference: `Subscription/${subscriptionId}` },
  };
}

function messageOf(entry: BundleEntry[]): Bundle {
  return { id: randomUUID(), resourceType: 'Bundle', type: 'history', timestamp: new Date().toISOString(), entry };
}
