import { AppShell, Burger, Group, Image, NavLink, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ErrorBoundary } from '@medplum/react';
import { useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { IconActivity, IconDatabaseImport, IconPlugConnected, IconUsers } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import classes from './Shell.module.css';
import { SkipLink } from './SkipLink.tsx';
import { UserMenu } from './UserMenu.tsx';
import { useFocusOnArrival } from './use-focus-on-arrival.ts';
import { APP_NAME } from './use-page-title.ts';

const pages = [
  { path: '/patients', label: 'Patients', icon: <IconUsers size={18} aria-hidden /> },
  { path: '/connections', label: 'Connections', icon: <IconPlugConnected size={18} aria-hidden /> },
  { path: '/imports', label: 'Imports', icon: <IconDatabaseImport size={18} aria-hidden /> },
];
const adminPages = [{ path: '/operations', label: 'Operations', icon: <IconActivity size={18} aria-hidden /> }];

const NAVIGATION_ID = 'navigation';

/** Header, navigation and the page. On a narrow screen the navigation is behind a button. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const main = useFocusOnArrival<HTMLElement>(pathname);
  const isAdmin = useMedplum().isProjectAdmin();
  const isPatient = useMedplumProfile()?.resourceType === 'Patient';
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <SkipLink to={main}>Skip to the page</SkipLink>
      <AppShell.Header px="sm">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
              aria-expanded={opened}
              aria-controls={NAVIGATION_ID}
            />
            <Image src="/icon.svg" alt="" w={28} h={28} />
            <Text fw={650} truncate>
              {APP_NAME}
            </Text>
          </Group>
          <UserMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" id={NAVIGATION_ID} className={classes.navigation ?? ''} mod={{ closed: !opened }}>
        {[...pages, ...(isAdmin ? adminPages : [])].map(({ path, label, icon }) => (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={isPatient && path === '/patients' ? 'My record' : label}
            leftSection={icon}
            active={pathname.startsWith(path)}
            aria-current={pathname.startsWith(path) ? 'true' : undefined}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main ref={main} tabIndex={-1} style={{ outline: 'none' }}>
        <ErrorBoundary>{children}</ErrorBoundary>
      </AppShell.Main>
    </AppShell>
  );
}
