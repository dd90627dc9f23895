import type { AccessPolicy, AccessPolicyResource } from '@medplum/fhirtypes';
import { RARE_TYPES, RECORD_TYPES } from './record-types.ts';

type Named = Pick<AccessPolicy, 'name' | 'resource'> & { readonly name: string };

const READ_AND_ADD: AccessPolicyResource['interaction'] = ['create', 'read', 'vread', 'history', 'search'];

/**
 * What the bridge's own client may do: write records and keep what names them. It cannot see who the members are or what
 * they may do, no client's secret and no project, and it changes nothing that makes the server act: a Bot and a
 * Subscription it reads, to hand imports to them. `Binary` knows no criteria; the documents of exports are why it is here.
 *
 * Each type is named: a rule for `*` with criteria finds things and then refuses their history.
 */
export const bridgePolicy: Named = {
  name: 'Fasten bridge',
  resource: [
    ...[...RECORD_TYPES, ...RARE_TYPES, 'Binary' as const].map((resourceType) => ({ resourceType })),
    // Who did what is added to and never changed.
    { resourceType: 'AuditEvent', interaction: READ_AND_ADD },
    // What is larger than a request may be goes by an asynchronous batch, whose end has to be read.
    { resourceType: 'AsyncJob', interaction: ['create', 'read'] },
    ...(['Bot', 'Subscription'] as const).map((resourceType) => ({ resourceType, readonly: true })),
  ],
};

/**
 * What a clinician may do: read and write records of everyone, read who did what. Nothing that makes the server act (no Bot,
 * no Subscription, no AccessPolicy).
 */
export const clinicianPolicy: Named = {
  name: 'Fasten clinician',
  resource: [
    ...[...RECORD_TYPES, 'Binary' as const].map((resourceType) => ({ resourceType })),
    { resourceType: 'AuditEvent', interaction: READ_AND_ADD },
    ...(['CodeSystem', 'ConceptMap', 'ValueSet'] as const).map((resourceType) => ({ resourceType, readonly: true })),
  ],
};

/** What a patient may do: read their own compartment. */
export const patientPolicy: Named = {
  name: 'Fasten patient',
  resource: [
    ...[...RECORD_TYPES, 'AuditEvent' as const].map((resourceType) => ({
      resourceType,
      criteria: `${resourceType}?_compartment=%patient`,
      readonly: true,
    })),
    // The server guards no Binary by criteria: who knows an id may read it. Without this no document could be shown.
    { resourceType: 'Binary', readonly: true },
  ],
};
