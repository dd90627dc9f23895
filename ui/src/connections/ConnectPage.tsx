import { Alert, Anchor, Button, Container, Group, Stack, Text, Title } from '@mantine/core';
import { useMedplumProfile } from '@medplum/react-hooks';
import { IconArrowLeft } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ConsentStep } from './ConsentStep.tsx';
import { StitchWidget } from './StitchWidget.tsx';
import { type Attempt, useAttempt } from './use-attempt.ts';

/** Connects a health system, or one of the connections again: what happens, the agreement, then Fasten's window. */
export function ConnectPage() {
  const { patientId = '' } = useParams();
  const [params] = useSearchParams();
  const reconnect = params.get('reconnect') ?? undefined;
  const navigate = useNavigate();
  usePageTitle('Connect a health system');
  const profile = useMedplumProfile();
  const { attempt, stage, connected, problem, start, onMessage } = useAttempt({ patientId, reconnect });
  const arrived = useFocusOnArrival<HTMLDivElement>(stage);
  const list = `/connections/${patientId}`;
  const isDone = stage === 'done' && connected.length > 0;

  useEffect(() => {
    if (isDone) void navigate(`${list}?connection=connected`, { replace: true });
  }, [isDone, list, navigate]);

  return (
    <Container size="sm" px={0}>
      <Stack ref={arrived} tabIndex={-1} style={{ outline: 'none' }}>
        <Anchor component={Link} to={list} size="sm">
          <Group gap={4}>
            <IconArrowLeft size={16} aria-hidden /> All connections
          </Group>
        </Anchor>
        <Title order={1} size="h2">
          {reconnect ? 'Connect again' : 'Connect a health system'}
        </Title>
        {problem !== undefined && (
          <Alert color="red" role="alert" title="That did not work">
            {problem}
          </Alert>
        )}
        {attempt === undefined ? (
          <ConsentStep
            onBehalf={profile?.resourceType !== 'Patient'}
            isStarting={stage === 'starting'}
            onAgree={() => void start()}
          />
        ) : (
          <>
            <StageNotice stage={stage} connected={connected.length} onRestart={() => void start()} />
            {stage !== 'misconfigured' && (
              <StitchWidget key={attempt.externalState} attempt={attempt} onMessage={onMessage} />
            )}
            {connected.length > 0 && (
              <Button component={Link} to={`${list}?connection=connected`} variant="light">
                See my connections
              </Button>
            )}
          </>
        )}
      </Stack>
    </Container>
  );
}

interface StageNoticeProps {
  readonly stage: Attempt['stage'];
  readonly connected: number;
  readonly onRestart: () => void;
}

function StageNotice({ stage, connected, onRestart }: StageNoticeProps) {
  if (stage === 'misconfigured') {
    return (
      <Alert color="red" role="alert" title="Connecting is not set up here">
        Fasten does not accept this service’s settings. The people who run it have been told; try again later.
      </Alert>
    );
  }
  if (stage === 'closed') {
    return (
      <Alert color="yellow" title="The window was closed before anything was connected">
        <Stack align="flex-start" gap="sm">
          <Text size="sm">
            Nothing was shared. If you did sign in and allow it, the connection appears in your list by itself within a
            few minutes.
          </Text>
          <Button size="xs" variant="default" onClick={onRestart}>
            Begin again
          </Button>
        </Stack>
      </Alert>
    );
  }
  return (
    <Text role="status" c="dimmed">
      {connected > 0 && `${connected} connected. `}
      {STAGE_WORDS[stage]}
    </Text>
  );
}

const STAGE_WORDS: Readonly<Partial<Record<Attempt['stage'], string>>> = {
  choosing: 'Choose your health system in the window of Fasten Health.',
  'at-portal':
    'Waiting for you to sign in at your health system. It opens in a window of its own; if none has opened, allow pop-ups for this page. If it never comes to an end there, close this and begin again.',
  saving: 'Connected. Asking for your records …',
};
