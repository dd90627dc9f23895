import { PERSONA_IDS, personaOf } from '../personas/catalogue.ts';
import type { ConnectionSpec } from './make-connection.ts';

/** A patient whose record lies at a portal, for people to choose on the page. */
export interface PersonaSignIn {
  readonly name: string;
  readonly label: string;
  readonly spec: ConnectionSpec;
}

/** Every sign-in of every persona (docs/sandbox-personas.md). */
export const PERSONA_SIGN_INS: readonly PersonaSignIn[] = PERSONA_IDS.flatMap((id) => {
  const { title, connections } = personaOf(id);
  return connections.map((_, connection) => {
    const isOnly = connections.length === 1;
    return {
      name: isOnly ? id : `${id}-${connection + 1}`,
      label: isOnly ? title : `${title} (${connection + 1} of ${connections.length})`,
      spec: { persona: { id, connection } },
    };
  });
});
