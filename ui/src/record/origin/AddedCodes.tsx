import { listAddedCodes } from '@fasten-medplum/bridge/contract/added-codes';
import { Code, List, Text } from '@mantine/core';
import type { Fact } from '../find-facts.ts';

/** Standard codes that a bot put beside the source's own: they are no words of the source. */
export function AddedCodes({ fact }: { readonly fact: Fact }) {
  const added = listAddedCodes(fact);
  if (added.length === 0) return null;
  return (
    <div>
      <Text size="sm">Codes that were added here, by a map of the project; the source did not say them:</Text>
      <List size="sm">
        {added.map(({ system, code, display, from, map }) => (
          <List.Item key={`${system} ${code}`}>
            <Code>{code}</Code> {display} ({system}), for <Code>{from}</Code>, by {map}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
