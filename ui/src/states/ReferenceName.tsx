import { getDisplayString } from '@medplum/core';
import type { Reference } from '@medplum/fhirtypes';
import { useResource } from '@medplum/react-hooks';
import { useState } from 'react';

interface ReferenceNameProps {
  readonly value: Reference;
  /** What to call it when the reader may not see it, or it is gone: Medplum's ResourceName would show the refusal. */
  readonly otherwise: string;
}

/** What a reference is called; it is read only when it does not say so itself, and nothing is shown until then. */
export function ReferenceName({ value, otherwise }: ReferenceNameProps) {
  return value.display ?? <ReadName value={value} otherwise={otherwise} />;
}

function ReadName({ value, otherwise }: ReferenceNameProps) {
  const [isUnseen, setUnseen] = useState(false);
  const resource = useResource(value, () => setUnseen(true));
  if (isUnseen) return otherwise;
  return resource && getDisplayString(resource);
}
