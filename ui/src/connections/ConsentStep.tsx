import { CURRENT_CONSENT_TEXT } from '@fasten-medplum/bridge/contract/consent-text';
import { Button, Checkbox, List, Paper, Stack, Text, Title } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useState } from 'react';

interface ConsentStepProps {
  /** Somebody else than the patient connects. */
  readonly onBehalf: boolean;
  readonly isStarting: boolean;
  readonly onAgree: () => void;
}

/** Why, what happens with the data, and the agreement without which nothing begins. */
export function ConsentStep({ onBehalf, isStarting, onAgree }: ConsentStepProps) {
  const [agreed, setAgreed] = useState(false);
  const { title, statements, version } = CURRENT_CONSENT_TEXT;
  return (
    <Stack>
      <Text>
        Hospitals, clinics, laboratories and insurers each keep a part of a health record. Connect them, and they come
        together here, so that nobody has to ask for them again.
      </Text>
      <Paper withBorder p="md" component="section" aria-label={title}>
        <Title order={2} size="h4" mb="sm">
          {title}
        </Title>
        <List spacing="sm">
          {statements.map((statement) => (
            <List.Item key={statement}>{statement}</List.Item>
          ))}
        </List>
        <Text size="sm" c="dimmed" mt="md">
          Version {version}. What you agree to is kept with the connection, word for word.
        </Text>
      </Paper>
      <Checkbox
        checked={agreed}
        onChange={(event) => setAgreed(event.currentTarget.checked)}
        label={
          onBehalf
            ? 'The patient, or who may decide for them, has read this with me and agrees.'
            : 'I have read this and agree.'
        }
      />
      <Button
        size="md"
        disabled={!agreed}
        loading={isStarting}
        onClick={onAgree}
        rightSection={<IconArrowRight size={18} aria-hidden />}
      >
        Choose a health system
      </Button>
    </Stack>
  );
}
