import type { Consent } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { CURRENT_CONSENT_TEXT, consentVersionOf, findConsentText, withConsentText } from './consent-text.ts';

const consent: Consent = { resourceType: 'Consent', status: 'proposed', scope: {}, category: [{}] };

test('a Consent keeps which text was agreed to, and the words themselves', () => {
  const agreed = withConsentText(consent, CURRENT_CONSENT_TEXT);
  expect(consentVersionOf(agreed)).toBe(CURRENT_CONSENT_TEXT.version);
  const words = Buffer.from(agreed.sourceAttachment?.data ?? '', 'base64').toString();
  expect(words).toContain(CURRENT_CONSENT_TEXT.title);
  for (const statement of CURRENT_CONSENT_TEXT.statements) expect(words).toContain(statement);
});

test('a version that never was is no text, and a Consent without one names none', () => {
  expect(findConsentText('1999-01-01')).toBeUndefined();
  expect(findConsentText(CURRENT_CONSENT_TEXT.version)).toBe(CURRENT_CONSENT_TEXT);
  expect(consentVersionOf(consent)).toBeUndefined();
});
