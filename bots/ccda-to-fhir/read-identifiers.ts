import { mapCcdaSystemToFhir } from '@medplum/ccda';
import type { Identifier } from '@medplum/fhirtypes';
import type { Statement } from './find-statements.ts';
import { attribute, below, children } from './xml-node.ts';

const MAX_IDENTIFIERS = 5;
const URI = 'urn:ietf:rfc:3986';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The ids of a statement, as HL7's C-CDA on FHIR writes them. They tell where it came from; systems use them twice, too. */
export function readIdentifiers({ kind, node }: Statement): Identifier[] {
  const isConcern = kind === 'allergies' || kind === 'problems';
  const ids = children(isConcern ? below(node, 'entryRelationship', 'observation') : node, 'id');
  const read = ids.flatMap((id): Identifier[] => {
    const [root, value] = [attribute(id, 'root'), attribute(id, 'extension')];
    if (!root || /\s/.test(root)) return [];
    if (UUID.test(root)) {
      const uuid = `urn:uuid:${root.toLowerCase()}`;
      return [value ? { system: uuid, value } : { system: URI, value: uuid }];
    }
    if (value) return [{ system: mapCcdaSystemToFhir(root) ?? `urn:oid:${root}`, value }];
    return [{ system: URI, value: `urn:oid:${root}` }];
  });
  return read.slice(0, MAX_IDENTIFIERS);
}
