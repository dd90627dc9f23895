import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { runInContext } from './job-context.ts';
import { createLog, type LogFields } from './log.ts';

function openLog() {
  let text = '';
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return {
    log: createLog('info', destination),
    lines: () =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

test('a list is a list of codes, each looked at for itself', () => {
  const { log, lines } = openLog();
  log.warn('import.held', { reasons: ['birth-date', 'sex', 'Kim Example'] });
  expect(lines()[0]).toMatchObject({ reasons: ['birth-date', 'sex', '[left out]'] });
});

test('a field that is not on the list is not written', () => {
  const { log, lines } = openLog();
  log.info('job.done', { bytes: 3, name: 'Gutierrez' } as LogFields);
  expect(lines()[0]).toMatchObject({ event: 'job.done', bytes: 3 });
  expect(lines()[0]).not.toHaveProperty('name');
});

test('a sentence in a field for codes is left out', () => {
  const { log, lines } = openLog();
  log.warn('job.failed', { code: 'Unexpected token G in JSON: {"family":"Gutierrez"}' });
  log.warn('job.failed', { code: 'fasten-500' });
  expect(lines().map(({ code }) => code)).toEqual(['[left out]', 'fasten-500']);
});

test('lines carry the ids of the request or job they are written for', () => {
  const { log, lines } = openLog();
  runInContext({ queue: 'import', jobId: 'abc' }, () => log.info('import.started'));
  log.info('import.started');
  expect(lines()[0]).toMatchObject({ queue: 'import', jobId: 'abc' });
  expect(lines()[1]).not.toHaveProperty('jobId');
});
