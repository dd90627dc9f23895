import { Badge } from '@mantine/core';
import type { NamedSource } from './source-names.ts';

/** Where something comes from. Without a source it was entered in Medplum itself. */
export function SourceBadge({ source }: { readonly source: NamedSource | undefined }) {
  return (
    <Badge variant="light" color={source?.color ?? 'gray'} fw={500} maw="100%" title={source?.name ?? ''}>
      {source?.name ?? 'Entered here'}
    </Badge>
  );
}
