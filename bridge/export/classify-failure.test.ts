import { expect, test } from 'vitest';
import { classifyFailure } from './classify-failure.ts';

test('what only the patient can cure asks them to reconnect, what time may cure is tried again', () => {
  expect(classifyFailure('scope_patient_missing')).toMatchObject({ retryAfterMs: [], endsIn: 'reconnect' });
  expect(classifyFailure('token_refresh_failure')).toMatchObject({ endsIn: 'reconnect' });
  expect(classifyFailure('suppressed_please_contact').retryAfterMs.length).toBeGreaterThan(1);
  expect(classifyFailure('tefca_no_documents_found')).toMatchObject({ retryAfterMs: [], endsIn: 'nothing-found' });
});

test('a reason that is not known is tried again, and its words go no further', () => {
  for (const reason of ['Kim Example has no chart', 'toString', '__proto__']) {
    const told = classifyFailure(reason);
    expect(told).toMatchObject({ code: 'unknown-reason', endsIn: 'support' });
    expect(JSON.stringify(told)).not.toContain(reason);
  }
});
