import { Code, Modal, ScrollArea, Stack, Text } from '@mantine/core';
import { useCallback } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainRefusal } from '../states/explain-refusal.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { formatCount } from './format.ts';
import { NEVER_AGAIN_MS, usePolled } from './use-polled.ts';

/** One line of an export, or one entry of a line that is a Bundle. */
export interface RawLineId {
  /** 0-based. */
  readonly file: number;
  /** 1-based. */
  readonly line: number;
  /** Byte at which it begins; the line without it. */
  readonly offset?: number;
}

interface RawLineProps {
  readonly taskId: string;
  /** Undefined: closed. */
  readonly line: RawLineId | undefined;
  readonly onClose: () => void;
}

/** A line as the health system sent it. */
export function RawLine({ taskId, line, onClose }: RawLineProps) {
  return (
    <Modal
      opened={line !== undefined}
      onClose={onClose}
      size="xl"
      title={line ? `Line ${formatCount(line.line)} as it came` : ''}
    >
      {line && <LineText taskId={taskId} line={line} />}
    </Modal>
  );
}

const WORDS = {
  'too-long': 'This line is too long to be shown here. What became of it is in the record.',
  'not-found': 'This line is no longer kept, or you are not allowed to see it.',
};

function LineText({ taskId, line: { file, line, offset } }: { readonly taskId: string; readonly line: RawLineId }) {
  const bridge = useBridge();
  const load = useCallback(() => {
    const query = new URLSearchParams({ file: `${file}`, ...(offset !== undefined && { offset: `${offset}` }) });
    return bridge.readText(`/imports/${taskId}/lines/${line}?${query}`);
  }, [bridge, taskId, file, line, offset]);
  const { value, error, reload } = usePolled(load, NEVER_AGAIN_MS);
  if (error !== undefined) {
    return <ErrorState title="The line could not be loaded" hint={explainRefusal(error, WORDS)} onRetry={reload} />;
  }
  if (value === undefined) return <LoadingState label="Loading the line" blocks={1} />;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        That you have read it is recorded.
      </Text>
      <ScrollArea.Autosize mah="60dvh" type="auto" viewportProps={{ tabIndex: 0 }}>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {indent(value)}
        </Code>
      </ScrollArea.Autosize>
    </Stack>
  );
}

/** Indented when it is JSON; else as it is. */
function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
