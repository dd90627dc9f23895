import { Alert, Anchor, Group } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback } from 'react';
import { Link } from 'react-router';
import { formatMoment } from '../format-when.ts';
import { formatCount } from '../imports/format.ts';
import { useLoaded } from '../states/use-loaded.ts';
import { findNews } from './find-news.ts';
import { useRecord } from './record-context.ts';
import { RECORD_SECTIONS } from './sections.ts';

interface NewsNoticeProps {
  /** FHIR instant. */
  readonly since: string;
  /** Called when a section is followed: only what is new is to be shown there. */
  readonly onFollow: () => void;
}

/** What came in since the reader last looked, by section; nothing when nothing did. */
export function NewsNotice({ since, onFollow }: NewsNoticeProps) {
  const medplum = useMedplum();
  const { patientId } = useRecord();
  const load = useCallback(() => findNews(medplum, patientId, since), [medplum, patientId, since]);
  const { value: news } = useLoaded(load);
  if (!news || news.size === 0) return null;
  return (
    <Alert color="green" title={`New since you last looked, ${formatMoment(since)}`}>
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
    </Alert>
  );
}
