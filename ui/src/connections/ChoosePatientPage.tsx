import { useMedplumProfile } from '@medplum/react-hooks';
import { Navigate, useSearchParams } from 'react-router';
import { PatientSearch } from '../patients/PatientSearch.tsx';
import { ReturnNotice } from './ReturnNotice.tsx';

/** Staff say whose connections they want to see; patients see their own at once. */
export function ChoosePatientPage() {
  const profile = useMedplumProfile();
  const [params] = useSearchParams();
  if (profile?.resourceType === 'Patient') {
    return <Navigate to={{ pathname: `/connections/${profile.id}`, search: params.toString() }} replace />;
  }
  return (
    <PatientSearch
      title="Connections"
      subtitle="Choose a patient to see where their records come from"
      notice={<ReturnNotice outcome={params.get('connection')} />}
      pathOf={(id) => `/connections/${id}`}
    />
  );
}
