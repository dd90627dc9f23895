import { useMedplumProfile } from '@medplum/react-hooks';
import { Navigate } from 'react-router';
import { PatientSearch } from './PatientSearch.tsx';

/** Every chart the reader may see. A patient has one, and goes there at once. */
export function PatientsPage() {
  const profile = useMedplumProfile();
  if (profile?.resourceType === 'Patient') return <Navigate to={`/patients/${profile.id}`} replace />;
  return (
    <PatientSearch
      title="Patients"
      subtitle="Their records, whatever health system they come from"
      pathOf={(id) => `/patients/${id}`}
    />
  );
}
