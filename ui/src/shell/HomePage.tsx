import { useMedplumProfile } from '@medplum/react-hooks';
import { Navigate, useLocation } from 'react-router';

/**
 * Where the address without a page leads: patients to their connections, staff to the imports. The bridge sends the
 * browser here after a connection without the widget (`?connection=...`), which is told on the page of connections.
 */
export function HomePage() {
  const { search } = useLocation();
  const profile = useMedplumProfile();
  const isReturn = new URLSearchParams(search).has('connection');
  const pathname = isReturn || profile?.resourceType === 'Patient' ? '/connections' : '/imports';
  return <Navigate to={{ pathname, search }} replace />;
}
