import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@medplum/react/styles.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MedplumClient } from '@medplum/core';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './App.tsx';
import { BridgeConfigContext } from './bridge/use-bridge.ts';
import { readConfig } from './read-config.ts';
import { ErrorState } from './states/ErrorState.tsx';
import { readableColors, theme } from './theme.ts';

const container = document.getElementById('root');
if (!container) {
  throw new Error('index.html has no #root');
}
const root = createRoot(container);

function show(content: ReactNode): void {
  root.render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={readableColors} defaultColorScheme="auto">
        <Notifications position="top-center" />
        {content}
      </MantineProvider>
    </StrictMode>,
  );
}

async function start(): Promise<void> {
  try {
    const config = await readConfig();
    const medplum = new MedplumClient({ baseUrl: config.medplumBaseUrl });
    show(
      <BridgeConfigContext value={config}>
        <BrowserRouter>
          <App medplum={medplum} />
        </BrowserRouter>
      </BridgeConfigContext>,
    );
  } catch {
    show(
      <ErrorState
        title="The bridge cannot be reached"
        hint="Check that it is running and that you are online, then try again."
        onRetry={() => window.location.reload()}
      />,
    );
  }
}

void start();
