import { Box, Container, Grid, NativeSelect, NavLink, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { type RefObject, useCallback, useMemo, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { pauseFor } from '../imports/find-imports.ts';
import { usePolled } from '../imports/use-polled.ts';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import { SkipLink } from '../shell/SkipLink.tsx';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { findSources, type PatientSources } from '../sources/find-sources.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { useLoaded } from '../states/use-loaded.ts';
import { DifferencesSection, SectionDifferences } from './compare/DifferencesSection.tsx';
import { EverythingSection } from './everything/EverythingSection.tsx';
import { OTHER_TYPES } from './everything/other-types.ts';
import { FactDrawer } from './FactDrawer.tsx';
import { FactSection } from './FactSection.tsx';
import { FilterBar } from './FilterBar.tsx';
import type { Fact, FactFilters } from './find-facts.ts';
import { noteLook } from './last-look.ts';
import { MedicationCourses } from './medications/MedicationCourses.tsx';
import { NewsNotice } from './NewsNotice.tsx';
import { RecordHead } from './RecordHead.tsx';
import { RecordContext } from './record-context.ts';
import { ResultsSection } from './results/ResultsSection.tsx';
import { SummarySection } from './SummarySection.tsx';
import { type FactSearch, RECORD_SECTIONS, sectionAt } from './sections.ts';
import { STRANDS } from './timeline/strands.ts';
import { TimelineSection } from './timeline/TimelineSection.tsx';
import { useViewNoted } from './use-view-noted.ts';
import { findChanges, NO_CHANGES } from './vanished/find-changes.ts';
import { VanishedNews } from './vanished/VanishedNews.tsx';

const OVERVIEWS = [
  { path: 'summary', label: 'Summary' },
  { path: 'timeline', label: 'Timeline' },
  { path: 'differences', label: 'Differences' },
];

const PAGES = [...OVERVIEWS, ...RECORD_SECTIONS];

const TYPING_MS = 300;

/** Overviews whose lists can be searched by name or code, as those of most sections. */
const SEARCHED = new Set(['summary', 'timeline']);

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
  const loadChanges = useCallback(() => findChanges(medplum, patient.id), [medplum, patient.id]);
  const { value: changes = NO_CHANGES } = useLoaded(loadChanges);
  const [lastLook] = useState(() =>
    noteLook(localStorage, `${profile?.resourceType}/${profile?.id}`, patient.id, new Date()),
  );
  const [opened, setOpened] = useState<Fact>();
  const [filters, setFilters] = useState<FactFilters>({});
  const [written] = useDebouncedValue(filters, TYPING_MS);
  const sources = known?.sources;
  const context = useMemo(
    () => ({ patientId: patient.id, sources: sources ?? [], lastLook, ...changes, open: setOpened }),
    [patient.id, sources, lastLook, changes],
  );
  const section = sectionAt(path);
  usePageTitle(PAGES.find((page) => page.path === path)?.label ?? 'Record');
  // What was entered here is a voice too.
  const hasSeveral = (sources?.length ?? 0) > 0;
  const hasText = SEARCHED.has(path) || (section?.searches.some(({ code }) => code !== undefined) ?? false);
  // What was written where there is a field for it must not narrow what has none.
  const settled = useMemo(() => (hasText ? written : { ...written, text: undefined }), [hasText, written]);
  const content = useFocusOnArrival<HTMLDivElement>(path);
  if (!PAGES.some((page) => page.path === path)) return <NotFoundPage />;
  return (
    <RecordContext value={context}>
      <Stack>
        <RecordHead patient={patient} known={known} />
        {lastLook && path === 'summary' && (
          <NewsNotice
            since={lastLook}
            filters={settled}
            onFollow={() => setFilters((before) => ({ ...before, since: lastLook }))}
          />
        )}
        <Grid gutter="lg">
          <Grid.Col span={{ base: 12, md: 2.5 }}>
            <SectionNavigation patientId={patient.id} path={path} content={content} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 9.5 }}>
            <Stack ref={content} tabIndex={-1} style={{ outline: 'none' }}>
              <FilterBar filters={filters} onChange={setFilters} hasText={hasText} />
              {settled.since && path !== 'summary' && (
                <VanishedNews
                  key={`${path} vanished`}
                  since={settled.since}
                  searches={searchesAt(path)}
                  filters={settled}
                />
              )}
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

interface SectionNavigationProps {
  readonly patientId: string;
  readonly path: string;
  /** Where the section stands. */
  readonly content: RefObject<HTMLElement | null>;
}

/** Links beside the section; on a narrow screen a choice above it. */
function SectionNavigation({ patientId, path, content }: SectionNavigationProps) {
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
        <SkipLink to={content}>Skip the list of sections</SkipLink>
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

/** The lists that a page of the record is made of; what only compares has none of its own. */
function searchesAt(path: string): readonly FactSearch[] {
  if (path === 'timeline') return STRANDS;
  const section = sectionAt(path);
  return section?.kind === 'types' ? OTHER_TYPES : (section?.searches ?? NO_SEARCHES);
}

const NO_SEARCHES: readonly FactSearch[] = [];

function pauseForSources(known: PatientSources | undefined): number {
  return pauseFor(known?.lastImport && [known.lastImport]);
}
