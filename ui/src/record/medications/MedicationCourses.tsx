import { Box, Grid, Group, Paper, Text, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatWhen } from '../../format-when.ts';
import type { FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import type { RecordSection } from '../sections.ts';
import { useFacts } from '../use-facts.ts';
import { type Course, groupCourses } from './group-courses.ts';
import classes from './MedicationCourses.module.css';

/** The newest of each kind: enough to see what goes on, and since when. */
const READ = 200;
const MAX_COURSES = 12;

interface MedicationCoursesProps {
  readonly section: RecordSection;
  readonly filters: FactFilters;
}

/** Medicines on a time line, the active ones first: each dot a prescription, a line from the last one where it goes on. For the eye: the lists below say the same, and more. */
export function MedicationCourses({ section, filters }: MedicationCoursesProps) {
  const { patientId } = useRecord();
  const { lists } = useFacts(patientId, section.searches, filters, READ);
  const [now] = useState(() => Date.now());
  const courses = useMemo(() => groupCourses(lists?.flatMap(({ facts }) => facts) ?? []), [lists]);
  const shown = courses.slice(0, MAX_COURSES);
  const begin = Math.min(...shown.flatMap(({ times }) => times));
  // What fails here the lists below tell.
  if (shown.length === 0) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label="Over time">
      <Title order={2} size="h4" mb="xs">
        Over time
      </Title>
      {shown.map((course) => (
        <CourseRow key={course.name} course={course} begin={begin} now={now} />
      ))}
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed">
          {formatWhen(new Date(begin).toISOString())}
        </Text>
        <Text size="xs" c="dimmed">
          {courses.length > shown.length ? `the first ${shown.length} of ${courses.length} · ` : ''}today
        </Text>
      </Group>
    </Paper>
  );
}

interface CourseRowProps {
  readonly course: Course;
  readonly begin: number;
  readonly now: number;
}

function CourseRow({ course, begin, now }: CourseRowProps) {
  const place = (time: number) => `${(100 * (time - begin)) / Math.max(now - begin, 1)}%`;
  const last = course.times.at(-1) ?? begin;
  const active = course.isActive || undefined;
  return (
    <Grid gutter={6} align="center">
      <Grid.Col span={{ base: 12, sm: 4 }}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {course.name}
        </Text>
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 8 }}>
        <Box className={classes.track ?? ''} aria-hidden>
          {course.isActive && <Box className={classes.span ?? ''} left={place(last)} right={0} />}
          {course.times.map((time) => (
            <Box key={time} className={classes.mark ?? ''} data-active={active} left={place(time)} />
          ))}
        </Box>
      </Grid.Col>
    </Grid>
  );
}
