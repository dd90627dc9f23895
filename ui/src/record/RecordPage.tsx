import { Alert, Anchor, Box, Container, Grid, Group, NativeSelect, NavLink, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { ResourceAvatar } from '@medplum/react';
import { useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { IconArrowLeft } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { pauseFor } from '../imports/find-imports.ts';
import { usePolled } from '../imports/use-polled.ts';
import { nameOfPatient, traitsOfPatient } from '../patients/describe-patient.ts';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import { findSources, type PatientSources } from '../sources/find-sources.ts';
import { SourceBadge } from '../sources/SourceBadge.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { useLoaded } from '../states/use-loaded.ts';
import { DifferencesSection, SectionDifferences } from './compare/DifferencesSection.tsx';
import { EverythingSection } from './everything/EverythingSection.tsx';
import { FactDrawer } from './FactDrawer.tsx';
import { FactSection } from './FactSection.tsx';
import { FilterBar } from './FilterBar.tsx';
import type { Fact, FactFilters } from './find-facts.ts';
import { noteLook } from './last-look.ts';
import { MedicationCourses } from './medications/MedicationCourses.tsx';
import { NewsNotice } from './NewsNotice.tsx';
import { RecordContext } from './record-context.ts';
import { ResultsSection } from './results/ResultsSection.tsx';
import { SummarySection } from './SummarySection.tsx';
import { RECORD_SECTIONS, sectionAt } from './sections.ts';
import { TimelineSection } from './timeline/TimelineSection.tsx';
import { useViewNoted } from './use-view-noted.ts';
import { findVanished, type Vanished } from './vanished/find-vanished.ts';

const OVERVIEWS = [
  { path: 'summary', label: 'Summary' },
  { path: 'timeline', label: 'Timeline' },
  { path: 'differences', label: 'Differences' },
];

const PAGES = [...OVERVIEWS, ...RECORD_SECTIONS];

const TYPING_MS = 300;

/** Until it is known, and for a reader who may not see Lists: nothing is marked. */
const NONE_VANISHED: Vanished = new Map();

/** The record of one patient: who they are, and below a summary, a timeline and the sections, each with its address. */
export function RecordPage() {
  const { patientId = '' } = useParams();
  const medplum = useMedplum();
  const load = useCallback(() => medplum.readResource('Patient', patientId, { cache: 'reload' }), [medplum, patientId]);
  const { value: patient, error, reload } = useLoaded(load);
  return (
    <Container size="xl" px={0}>
      {error !== undefined && (
        <ErrorState title="This record could not be opened" hint={explainError(error)} onRetry={reload} />
      )}
      {!patient && error === undefined && <LoadingState label="Loading the record" />}
      {patient && <PatientRecord key={patient.id} patient={patient} />}
    </Container>
  );
}

function PatientRecord({ patient }: { readonly patient: WithId<Patient> }) {
  const medplum = useMedplum();
  const profile = useMedplumProfile();
  useViewNoted(patient.id);
  const { section: path = 'summary' } = useParams();
  const load = useCallback(async () => (await findSources(medplum, [patient])).get(patient.id), [medplum, patient]);
  const { value: known } = usePolled<PatientSources | undefined>(load, pauseForSources);
  const loadVanished = useCallback(() => findVanished(medplum, patient.id), [medplum, patient.id]);
  const { value: vanished = NONE_VANISHED } = useLoaded(loadVanished);
  const [lastLook] = useState(() =>
    noteLook(localStorage, `${profile?.resourceType}/${profile?.id}`, patient.id, new Date()),
  );
  const [opened, setOpened] = useState<Fact>();
  const [filters, setFilters] = useState<FactFilters>({});
  const [settled] = useDebouncedValue(filters, TYPING_MS);
  const sources = known?.sources;
  const context = useMemo(
    () => ({ patientId: patient.id, sources: sources ?? [], lastLook, vanished, open: setOpened }),
    [patient.id, sources, lastLook, vanished],
  );
  const section = sectionAt(path);
  // What was entered here is a voice too.
  const hasSeveral = (sources?.length ?? 0) > 0;
  const hasText = section?.searches.some(({ code }) => code !== undefined) ?? false;
  if (!PAGES.some((page) => page.path === path)) return <NotFoundPage />;
  return (
    <RecordContext value={context}>
      <Stack>
        <RecordHead patient={patient} known={known} />
        {lastLook && path === 'summary' && (
          <NewsNotice since={lastLook} onFollow={() => setFilters({ since: lastLook })} />
        )}
        <Grid gutter="lg">
          <Grid.Col span={{ base: 12, md: 2.5 }}>
            <SectionNavigation patientId={patient.id} path={path} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 9.5 }}>
            <Stack>
              <FilterBar filters={filters} onChange={setFilters} hasText={hasText} />
              {path === 'summary' && <SummarySection filters={settled} />}
              {path === 'timeline' && <TimelineSection filters={settled} />}
              {path === 'differences' && <DifferencesSection filters={settled} />}
              {hasSeveral && <SectionDifferences key={`${path} differences`} path={path} filters={settled} />}
              {path === 'medications' && section && <MedicationCourses section={section} filters={settled} />}
              {section?.kind === 'list' && <FactSection key={path} section={section} filters={settled} />}
              {section?.kind === 'results' && <ResultsSection key={path} section={section} filters={settled} />}
              {section?.kind === 'types' && <EverythingSection section={section} filters={settled} />}
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
      <FactDrawer fact={opened} onClose={() => setOpened(undefined)} />
    </RecordContext>
  );
}

interface RecordHeadProps {
  readonly patient: WithId<Patient>;
  readonly known: PatientSources | undefined;
}

function RecordHead({ patient, known }: RecordHeadProps) {
  const isStaff = useMedplumProfile()?.resourceType !== 'Patient';
  return (
    <Stack gap="xs">
      {isStaff && (
        <Anchor component={Link} to="/patients" size="sm">
          <Group gap={4}>
            <IconArrowLeft size={16} aria-hidden /> All patients
          </Group>
        </Anchor>
      )}
      <Group gap="sm" wrap="nowrap">
        <ResourceAvatar value={patient} size={48} radius="xl" />
        <div>
          <Title order={1} size="h2">
            {nameOfPatient(patient)}
          </Title>
          <Text c="dimmed">{traitsOfPatient(patient)}</Text>
        </div>
      </Group>
      <Group gap={6}>
        {known?.sources.map((source) => (
          <SourceBadge key={source.namespace} source={source} />
        ))}
      </Group>
      {known?.attention.map(({ text, color, taskId }) => (
        <Alert key={text} color={color} p="xs">
          {text}.{' '}
          {taskId && (
            <Anchor component={Link} to={`/imports/${taskId}`} size="sm" c="inherit" td="underline">
              See the import
            </Anchor>
          )}
        </Alert>
      ))}
    </Stack>
  );
}

/** Links beside the section; on a narrow screen a choice above it. */
function SectionNavigation({ patientId, path }: { readonly patientId: string; readonly path: string }) {
  const navigate = useNavigate();
  return (
    <>
      <NativeSelect
        hiddenFrom="md"
        label="Section"
        value={path}
        onChange={(event) => void navigate(`/patients/${patientId}/${event.currentTarget.value}`)}
        data={PAGES.map(({ path: value, label }) => ({ value, label }))}
      />
      <Box component="nav" aria-label="Sections of the record" visibleFrom="md">
        {PAGES.map((page) => (
          <NavLink
            key={page.path}
            component={Link}
            to={`/patients/${patientId}/${page.path}`}
            label={page.label}
            py={6}
            active={page.path === path}
            aria-current={page.path === path ? 'page' : undefined}
          />
        ))}
      </Box>
    </>
  );
}

function pauseForSources(known: PatientSources | undefined): number {
  return pauseFor(known?.lastImport && [known.lastImport]);
}
