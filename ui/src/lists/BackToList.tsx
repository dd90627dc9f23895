import { Anchor, Group } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { MouseEvent, ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { useLeftList } from './use-kept-place.ts';

interface BackToListProps {
  /** Path of the list. */
  readonly to: string;
  readonly children: ReactNode;
}

/** Back to a list as it was left: with its filter, what was searched for, and its place. To a new one where nobody was there. */
export function BackToList({ to, children }: BackToListProps) {
  const leftList = useLeftList(to);
  const navigate = useNavigate();

  function goBack(event: MouseEvent): void {
    const opensElsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    const left = leftList();
    if (!left || opensElsewhere) return;
    event.preventDefault();
    void navigate({ pathname: to, search: left.search }, { state: left.state });
  }

  return (
    <Anchor component={Link} to={to} size="sm" onClick={goBack} w="fit-content">
      <Group gap={4} component="span">
        <IconArrowLeft size={16} aria-hidden /> {children}
      </Group>
    </Anchor>
  );
}
