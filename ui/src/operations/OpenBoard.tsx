import { boardSchema } from '@fasten-medplum/bridge/contract/dead-letter';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { useBridge } from '../bridge/use-bridge.ts';
import { ActionButton } from '../states/ActionButton.tsx';
import { useAction } from '../states/use-action.ts';

/** Leads to Bull Board, every job of every queue for looking. The bridge gives this browser a cookie for it first. */
export function OpenBoard() {
  const bridge = useBridge();
  const open = useAction(async () => {
    const { url } = await bridge.ask('POST', '/queues/board', boardSchema);
    // In this tab: a new one that opens only after an answer is taken for a pop-up and blocked.
    window.open(url, '_self');
  });
  return (
    <ActionButton
      action={open}
      icon={<IconLayoutDashboard size={16} aria-hidden />}
      label="See every job"
      hint="Opens the board of all queues, for a quarter of an hour."
    />
  );
}
