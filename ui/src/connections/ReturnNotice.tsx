import { Alert } from '@mantine/core';

interface Words {
  readonly color: string;
  readonly title: string;
  readonly text: string;
}

/** How an attempt ended, by the word that the bridge puts into the address (`connections/return`). */
const WORDS: Readonly<Record<string, Words>> = {
  connected: {
    color: 'green',
    title: 'Connected',
    text: 'The health system is preparing the records. That takes minutes, seldom half an hour; you need not wait here.',
  },
  failed: {
    color: 'yellow',
    title: 'Nothing was connected',
    text: 'You or the health system said no, or something went wrong there. Nothing was shared; you can try again.',
  },
  refused: {
    color: 'red',
    title: 'This connection was not accepted',
    text: 'More than an hour has passed since it was begun, or it belongs to somebody else here. Begin again.',
  },
  'try-again': {
    color: 'yellow',
    title: 'It is not certain that this worked',
    text: 'Fasten Health could not be asked. If you allowed it, the connection appears here by itself; else connect again.',
  },
};

export function ReturnNotice({ outcome }: { readonly outcome: string | null }) {
  const words = WORDS[outcome ?? ''];
  if (!words) return null;
  return (
    <Alert color={words.color} title={words.title} role="status">
      {words.text}
    </Alert>
  );
}
