import { Anchor, Group } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { MouseEvent } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';

/** What the list tells the page of an import that it leads to. */
export const FROM_LIST = 'from-imports';

/** Back to the list as it was left, with its filter and its place; to a new one where nobody came from there. */
export function BackToImports() {
  const { state } = useLocation();
  const navigate = useNavigate();

  function goBack(event: MouseEvent): void {
    const opensElsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (state !== FROM_LIST || opensElsewhere) return;
    event.preventDefault();
    void navigate(-1);
  }

  return (
    <Anchor component={Link} to="/imports" size="sm" onClick={goBack}>
      <Group gap={4}>
        <IconArrowLeft size={16} aria-hidden /> All imports
      </Group>
    </Anchor>
  );
}
