import type { MedplumClient } from '@medplum/core';
import { MedplumProvider } from '@medplum/react-hooks';
import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes, useNavigate } from 'react-router';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { SignedInOnly } from './shell/SignedInOnly.tsx';
import { LoadingState } from './states/LoadingState.tsx';

/** Pages load when they are first opened: what a patient never sees, a patient never downloads. */
const ImportsPage = lazy(() => import('./imports/ImportsPage.tsx').then((page) => ({ default: page.ImportsPage })));
const ImportPage = lazy(() => import('./imports/ImportPage.tsx').then((page) => ({ default: page.ImportPage })));

/** The whole ui, given a client; the router around it decides where addresses come from (browser or test). */
export function App({ medplum }: { readonly medplum: MedplumClient }) {
  const navigate = useNavigate();
  return (
    <MedplumProvider medplum={medplum} navigate={(path) => void navigate(path)}>
      <SignedInOnly>
        <Suspense fallback={<LoadingState label="Loading the page" />}>
          <Routes>
            <Route path="/" element={<Navigate to="/imports" replace />} />
            <Route path="/imports" element={<ImportsPage />} />
            <Route path="/imports/:taskId" element={<ImportPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Suspense>
      </SignedInOnly>
    </MedplumProvider>
  );
}
