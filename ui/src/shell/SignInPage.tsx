import { Center, Image, Stack, Text, Title } from '@mantine/core';
import { SignInForm } from '@medplum/react';
import { useBridgeConfig } from '../bridge/use-bridge.ts';
import { APP_NAME, usePageTitle } from './use-page-title.ts';

export function SignInPage() {
  usePageTitle('Sign in');
  const { medplumProjectId } = useBridgeConfig();
  return (
    <Center component="main" mih="100dvh" p="xs">
      <SignInForm disableGoogleAuth {...(medplumProjectId && { projectId: medplumProjectId })}>
        <Stack align="center" gap={4} mb="md" ta="center">
          <Image src="/icon.svg" alt="" w={48} h={48} />
          <Title order={1} size="h3">
            {APP_NAME}
          </Title>
          <Text size="sm" c="dimmed">
            Sign in with your Medplum account
          </Text>
        </Stack>
      </SignInForm>
    </Center>
  );
}
