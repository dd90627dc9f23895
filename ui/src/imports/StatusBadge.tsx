import { Badge } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { wordsForStatus } from './import-words.ts';

export function StatusBadge({ status }: { readonly status: Task['status'] }) {
  const { label, color } = wordsForStatus(status);
  return (
    <Badge color={color} variant="light" miw="max-content">
      {label}
    </Badge>
  );
}
