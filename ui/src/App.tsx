import type { MedplumClient } from '@medplum/core';
import { MedplumProvider } from '@medplum/react-hooks';
import { lazy, Suspense } from 'react';
import { Route, Routes, useNavigate } from 'react-router';
import { HomePage } from './shell/HomePage.tsx';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { SignedInOnly } from './shell/SignedInOnly.tsx';
import { LoadingState } from './states/LoadingState.tsx';

/** Pages load when they are first opened: what a patient never sees, a patient never downloads. */
const ImportsPage = lazy(() => import('./imports/ImportsPage.tsx').then((page) => ({ default: page.ImportsPage })));
const ImportPage = lazy(() => import('./imports/ImportPage.tsx').then((page) => ({ default: page.ImportPage })));
const PatientsPage = lazy(() => import('./patients/PatientsPage.tsx').then((page) => ({ default: page.PatientsPage })));
const RecordPage = lazy(() => import('./record/RecordPage.tsx').then((page) => ({ default: page.RecordPage })));

const ChoosePatientPage = lazy(() =>
  import('./connections/ChoosePatientPage.tsx').then((page) => ({ default: page.ChoosePatientPage })),
);
const ConnectionsPage = lazy(() =>
  import('./connections/ConnectionsPage.tsx').then((page) => ({ default: page.ConnectionsPage })),
);
const ConnectPage = lazy(() => import('./connections/ConnectPage.tsx').then((page) => ({ default: page.ConnectPage })));
const OperationsPage = lazy(() =>
  import('./operations/OperationsPage.tsx').then((page) => ({ default: page.OperationsPage })),
);

/** The whole ui, given a client; the router around it decides where addresses come from (browser or test). */
export function App({ medplum }: { readonly medplum: MedplumClient }) {
  const navigate = useNavigate();
  return (
    <MedplumProvider medplum={medplum} navigate={(path) => void navigate(path)}>
      <SignedInOnly>
        <Suspense fallback={<LoadingState label="Loading the page" />}>
          <Routes>
            <Route path="/" element={<HomePage />} />
            <Route path="/connections" element={<ChoosePatientPage />} />
            <Route path="/connections/:patientId" element={<ConnectionsPage />} />
            <Route path="/connections/:patientId/connect" element={<ConnectPage />} />
            <Route path="/imports" element={<ImportsPage />} />
            <Route path="/imports/:taskId" element={<ImportPage />} />
            <Route path="/operations" element={<OperationsPage />} />
            <Route path="/patients" element={<PatientsPage />} />
            <Route path="/patients/:patientId/:section?" element={<RecordPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Suspense>
      </SignedInOnly>
    </MedplumProvider>
  );
}
