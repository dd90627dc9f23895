import { MantineProvider } from '@mantine/core';
import type { MedplumClient } from '@medplum/core';
import { render } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { App } from '../src/App.tsx';

/** Opens the ui at an address, as a browser would. */
export function openPage(medplum: MedplumClient, path: string): void {
  render(
    <MantineProvider env="test">
      <MemoryRouter initialEntries={[path]}>
        <App medplum={medplum} />
      </MemoryRouter>
    </MantineProvider>,
  );
}
