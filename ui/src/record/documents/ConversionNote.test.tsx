import { BRIDGE_CODE_SYSTEM, CCDA_CONVERSION_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import { MantineProvider } from '@mantine/core';
import type { DocumentReference, Task } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { MedplumProvider } from '@medplum/react-hooks';
import { render, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { ConversionNote } from './ConversionNote.tsx';

let medplum: MockClient;
let document: DocumentReference & { id: string };

beforeEach(async () => {
  medplum = new MockClient();
  document = await medplum.createResource<DocumentReference>({
    resourceType: 'DocumentReference',
    status: 'current',
    content: [{ attachment: { contentType: 'text/xml' } }],
  });
});

function report(status: Task['status'], description: string): Promise<Task> {
  return medplum.createResource<Task>({
    resourceType: 'Task',
    status,
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: CCDA_CONVERSION_CODE }], text: 'Read this' },
    description,
    focus: { reference: `DocumentReference/${document.id}` },
  });
}

function show(): HTMLElement {
  const { container } = render(
    <MedplumProvider medplum={medplum}>
      <MantineProvider env="test">
        <ConversionNote document={document} />
      </MantineProvider>
    </MedplumProvider>,
  );
  return container;
}

test('what a document was converted to is told beside it', async () => {
  await report('completed', '18 entries of this document are in the record as data now.');
  show();
  expect(await screen.findByText(/^18 entries/)).toBeDefined();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a document that somebody has to read says so', async () => {
  await report('requested', 'Nothing of this document is in the record as data.');
  show();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('Read this');
  expect(alert.textContent).toContain('Nothing of this document');
});

test('a document that no bot has looked at says nothing', async () => {
  const asked = medplum.searchOne.bind(medplum);
  let answers = 0;
  medplum.searchOne = ((...args: Parameters<typeof asked>) => asked(...args).finally(() => answers++)) as never;
  const container = show();
  await waitFor(() => expect(answers).toBe(1));
  expect(container.textContent).not.toMatch(/document/);
});
