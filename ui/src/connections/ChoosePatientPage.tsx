import { Container, Fieldset, Stack, Text, Title } from '@mantine/core';
import { ReferenceInput } from '@medplum/react';
import { useMedplumProfile } from '@medplum/react-hooks';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { ReturnNotice } from './ReturnNotice.tsx';

/** Not the Patients that exports brought: these are kept, inactive, beside the chart's own. */
const APP_PATIENTS = { 'active:not': 'false' };

/** Staff say whose connections they want to see; patients see their own at once. */
export function ChoosePatientPage() {
  const profile = useMedplumProfile();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  if (profile?.resourceType === 'Patient') {
    return <Navigate to={{ pathname: `/connections/${profile.id}`, search: params.toString() }} replace />;
  }
  return (
    <Container size="md" px={0}>
      <Stack>
        <div>
          <Title order={1} size="h2">
            Connections
          </Title>
          <Text c="dimmed" size="sm">
            Where a patient’s records come from
          </Text>
        </div>
        <ReturnNotice outcome={params.get('connection')} />
        <Fieldset legend="Patient">
          <ReferenceInput
            name="patient"
            placeholder="Search by name"
            targetTypes={['Patient']}
            searchCriteria={APP_PATIENTS}
            onChange={(chosen) => {
              const [, id] = /^Patient\/(.+)$/.exec(chosen?.reference ?? '') ?? [];
              if (id) void navigate(`/connections/${id}`);
            }}
          />
        </Fieldset>
      </Stack>
    </Container>
  );
}
