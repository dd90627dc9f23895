import { type Connection, connectionListSchema } from '@fasten-medplum/bridge/contract/connection';
import { RESYNC_SCHEDULES, type ResyncSchedule } from '@fasten-medplum/bridge/contract/resync';
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { explainRefusal } from '../states/explain-refusal.ts';
import { nameOf, SCHEDULE_WORDS } from './connection-words.ts';

interface ScheduleSelectProps {
  readonly connection: Connection;
  readonly patientId: string;
  readonly onChanged: () => void;
}

/** How often new records are collected by themselves. */
export function ScheduleSelect({ connection, patientId, onChanged }: ScheduleSelectProps) {
  const bridge = useBridge();
  const [wanted, setWanted] = useState<ResyncSchedule>();
  const [problem, setProblem] = useState<string>();

  async function change(resync: ResyncSchedule): Promise<void> {
    setWanted(resync);
    setProblem(undefined);
    try {
      const path = `/connections/${encodeURIComponent(patientId)}/${connection.consentId}`;
      await bridge.ask('PATCH', path, connectionListSchema, { resync });
      onChanged();
    } catch (error) {
      setWanted(undefined);
      setProblem(explainRefusal(error));
    }
  }

  return (
    <NativeSelect
      label="New records"
      aria-label={`How often new records of ${nameOf(connection)} are collected`}
      value={wanted ?? connection.resync}
      error={problem}
      onChange={({ currentTarget: { value } }) => {
        const resync = RESYNC_SCHEDULES.find((schedule) => schedule === value);
        if (resync) void change(resync);
      }}
      data={RESYNC_SCHEDULES.map((value) => ({ value, label: SCHEDULE_WORDS[value] }))}
    />
  );
}
