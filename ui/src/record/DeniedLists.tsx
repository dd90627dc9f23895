import { Alert } from '@mantine/core';
import type { FactPages } from './use-facts.ts';

/** Says which lists the reader may not see: an empty place would look like a healthy patient. */
export function DeniedLists({ lists }: { readonly lists: readonly FactPages[] | undefined }) {
  const labels = lists?.filter(({ isDenied }) => isDenied).map(({ search }) => search.label) ?? [];
  if (labels.length === 0) return null;
  return (
    <Alert role="note" color="gray" title={`You are not allowed to see: ${labels.join(', ')}`}>
      Ask an administrator if you should be.
    </Alert>
  );
}
