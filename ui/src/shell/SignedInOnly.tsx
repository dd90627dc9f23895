import { useMedplumContext } from '@medplum/react-hooks';
import type { ReactNode } from 'react';
import { LoadingState } from '../states/LoadingState.tsx';
import { Shell } from './Shell.tsx';
import { SignInPage } from './SignInPage.tsx';

/** Shows the sign-in form in place of a page, so that the address asked for opens right after. */
export function SignedInOnly({ children }: { readonly children: ReactNode }) {
  const { profile, loading } = useMedplumContext();
  if (loading) {
    return <LoadingState label="Signing in" />;
  }
  return profile ? <Shell>{children}</Shell> : <SignInPage />;
}
