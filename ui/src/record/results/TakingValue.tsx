import { Badge, Group, Text, UnstyledButton } from '@mantine/core';
import { useRecord } from '../record-context.ts';
import type { Flag } from './flag-value.ts';
import type { Taking } from './pair-readings.ts';
import { shortSystolic } from './pressures.ts';

interface TakingProps {
  readonly taking: Taking;
}

/** The value as a button that shows where it comes from; one for each half of a pressure that came as two Observations. */
export function TakingButtons({ taking: { readings, text, facts } }: TakingProps) {
  const { open } = useRecord();
  const [first, second] = readings;
  if (!second || facts.length === 1) {
    return (
      <UnstyledButton fz="sm" td="underline" onClick={() => open(first.fact)}>
        {text}
      </UnstyledButton>
    );
  }
  const [upper, lower] = [shortSystolic(first.text, second.text) ?? first.text, second.text];
  return (
    <Group component="span" gap={2} display="inline-flex">
      <UnstyledButton fz="sm" td="underline" aria-label={`Systolic ${upper}`} onClick={() => open(first.fact)}>
        {upper}
      </UnstyledButton>
      <Text component="span" size="sm">
        /
      </Text>
      <UnstyledButton fz="sm" td="underline" aria-label={`Diastolic ${lower}`} onClick={() => open(second.fact)}>
        {lower}
      </UnstyledButton>
    </Group>
  );
}

/** What is unusual about it; of a pressure, which of its values. */
export function TakingFlags({ taking: { readings } }: TakingProps) {
  return readings.map(({ half, flag }) => (
    <FlagBadge key={half ?? ''} flag={flag} {...(readings.length > 1 && { of: half })} />
  ));
}

function FlagBadge({ flag, of }: { readonly flag: Flag | undefined; readonly of?: string | undefined }) {
  return (
    flag && (
      <Badge variant="light" color={flag.color} {...(!of && { miw: 'max-content' })}>
        {of ? `${of} ${flag.label.toLowerCase()}` : flag.label}
      </Badge>
    )
  );
}
