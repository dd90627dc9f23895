import { Button, Group, Text } from '@mantine/core';
import { useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { useState } from 'react';
import { useFocusOnArrival } from '../../shell/use-focus-on-arrival.ts';
import { explainError } from '../../states/explain-error.ts';
import type { FactCluster } from './find-clusters.ts';

interface KeepApartProps {
  readonly cluster: FactCluster;
  readonly onDone: () => void;
}

/** Lets staff say that the records of a cluster are not the same. The bot never puts these together again. */
export function KeepApart({ cluster, onDone }: KeepApartProps) {
  const medplum = useMedplum();
  const isStaff = useMedplumProfile()?.resourceType !== 'Patient';
  const [step, setStep] = useState<'offered' | 'asked' | 'saving'>('offered');
  const [error, setError] = useState<unknown>();
  const save = async (): Promise<void> => {
    setStep('saving');
    try {
      const linkage = await medplum.readResource('Linkage', cluster.id, { cache: 'reload' });
      await medplum.updateResource({ ...linkage, active: false });
      onDone();
    } catch (failure) {
      setError(failure);
      setStep('offered');
    }
  };
  // Each step takes its button away.
  const arrived = useFocusOnArrival<HTMLDivElement>(step);
  if (!isStaff) return null;
  return (
    <Group gap={6} ref={arrived} tabIndex={-1} style={{ outline: 'none' }}>
      {step === 'offered' ? (
        <>
          <Button variant="subtle" size="compact-xs" color="gray" onClick={() => setStep('asked')}>
            Not the same?
          </Button>
          {error !== undefined && (
            <Text size="xs" c="red" role="alert">
              {explainError(error)}
            </Text>
          )}
        </>
      ) : (
        <>
          <Text size="xs">They will be shown apart, to everyone, and not be put together again.</Text>
          <Button size="compact-xs" loading={step === 'saving'} onClick={() => void save()}>
            Keep them apart
          </Button>
          <Button variant="default" size="compact-xs" onClick={() => setStep('offered')}>
            Cancel
          </Button>
        </>
      )}
    </Group>
  );
}
