import { Badge, List } from '@mantine/core';
import { describeRepair } from '../record/origin/repair-words.ts';
import { formatCount } from './format.ts';

/** What was repaired so that Medplum takes it, the most frequent first. */
export function RepairList({ repairs }: { readonly repairs: Readonly<Record<string, number>> }) {
  const rules = Object.entries(repairs).toSorted(([, a], [, b]) => b - a);
  return (
    <List listStyleType="none" spacing={4}>
      {rules.map(([rule, count]) => (
        <List.Item key={rule} icon={<Badge variant="light">{formatCount(count)}</Badge>}>
          {describeRepair(rule)}
        </List.Item>
      ))}
    </List>
  );
}
