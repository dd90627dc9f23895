import { Alert, Anchor, Group, Stack, Text } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback } from 'react';
import { Link } from 'react-router';
import { formatMoment } from '../format-when.ts';
import { formatCount } from '../imports/format.ts';
import { NEVER_AGAIN_MS, usePolled } from '../imports/use-polled.ts';
import { OTHER_TYPES } from './everything/other-types.ts';
import type { FactFilters } from './find-facts.ts';
import { findNews, type News } from './find-news.ts';
import { useRecord } from './record-context.ts';
import { RECORD_SECTIONS } from './sections.ts';
import { VanishedNews } from './vanished/VanishedNews.tsx';

interface NewsNoticeProps {
  /** FHIR instant. */
  readonly since: string;
  readonly filters: FactFilters;
  /** Called when a section is followed: only what is new is to be shown there. */
  readonly onFollow: () => void;
}

/** Every list of the record. */
const EVERYTHING = [...RECORD_SECTIONS.flatMap(({ searches }) => searches), ...OTHER_TYPES];

/** What came in since the reader last looked, by section, and what its source no longer sends; nothing when nothing did. */
export function NewsNotice({ since, filters, onFollow }: NewsNoticeProps) {
  const medplum = useMedplum();
  const { patientId, vanished } = useRecord();
  const load = useCallback(
    () => findNews(medplum, patientId, { ...filters, since }),
    [medplum, patientId, filters, since],
  );
  // The answer before stays until the next is there: the page must not jump while somebody types.
  const { value: news } = usePolled(load, NEVER_AGAIN_MS);
  const hasVanished = [...vanished.values()].some((date) => Date.parse(date) > Date.parse(since));
  if (!news || (news.size === 0 && !hasVanished)) return null;
  return (
    <Alert color="green" title={`New since you last looked, ${formatMoment(since)}`}>
      <Stack gap="xs">
        {news.size > 0 ? (
          <Sections news={news} onFollow={onFollow} />
        ) : (
          <Text size="sm">Nothing new{Object.values(filters).some(Boolean) && ' within these filters'}.</Text>
        )}
        <VanishedNews since={since} searches={EVERYTHING} filters={filters} />
      </Stack>
    </Alert>
  );
}

function Sections({ news, onFollow }: { readonly news: News; readonly onFollow: () => void }) {
  const { patientId } = useRecord();
  return (
    <Group gap="md">
      {RECORD_SECTIONS.filter(({ path }) => news.has(path)).map(({ path, label }) => (
        <Anchor
          key={path}
          component={Link}
          to={`/patients/${patientId}/${path}`}
          size="sm"
          c="inherit"
          td="underline"
          onClick={onFollow}
        >
          {label}: {formatCount(news.get(path) ?? 0)}
        </Anchor>
      ))}
    </Group>
  );
}
