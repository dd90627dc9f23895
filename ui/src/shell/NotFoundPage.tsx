import { Anchor } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from 'react-router';
import { EmptyState } from '../states/EmptyState.tsx';
import { usePageTitle } from './use-page-title.ts';

export function NotFoundPage() {
  usePageTitle('No such page');
  return (
    <EmptyState icon={<IconMapQuestion />} title="There is no page at this address">
      It may have been mistyped. Go to{' '}
      <Anchor component={Link} to="/">
        the start page
      </Anchor>
      .
    </EmptyState>
  );
}
