import type { Consent } from '@medplum/fhirtypes';
import { CONSENT_TEXT_SYSTEM } from './identifiers.ts';

/** What a person reads and agrees to before anything is connected. */
export interface ConsentText {
  /** Its date. A text that has been shown is never changed: a new wording is a new version. */
  readonly version: string;
  /** BCP 47. */
  readonly language: string;
  readonly title: string;
  /** One statement each, in plain words. */
  readonly statements: readonly string[];
}

const TEXTS: readonly [ConsentText, ...ConsentText[]] = [
  {
    version: '2026-11-23',
    language: 'en',
    title: 'Collecting my health records',
    statements: [
      'I choose the health systems myself and sign in there. My passwords stay with them: neither this service nor Fasten Health keeps them.',
      'Fasten Health collects a copy of my record from each health system that I choose and hands it to this service. It deletes its own copy after 24 hours.',
      'The copy becomes part of my chart here: diagnoses, medicines, allergies, results, visits, documents, insurance and what else the health system gives out.',
      'Those who care for me here can read it, and those who run this service where their work needs it.',
      'New records may be collected until my permission ends. I can change how often, or stop it, at any time.',
      'I can have everything erased that was collected. Copies that others have made by then, and the originals at the health system, are not touched by that.',
    ],
  },
];

/** The text that is shown now. */
export const CURRENT_CONSENT_TEXT: ConsentText = TEXTS[0];

/** Any text that has ever been shown. */
export function findConsentText(version: string): ConsentText | undefined {
  return TEXTS.find((text) => text.version === version);
}

/** The Consent with what was agreed to: the version by `policy`, the words themselves as its source. */
export function withConsentText<T extends Consent>(consent: T, text: ConsentText): T {
  const { version, language, title, statements } = text;
  const words = new TextEncoder().encode([title, ...statements].join('\n\n'));
  return {
    ...consent,
    policy: [{ uri: `${CONSENT_TEXT_SYSTEM}/${version}` }],
    sourceAttachment: {
      contentType: 'text/plain',
      language,
      title: `${title} (${version})`,
      data: btoa(String.fromCharCode(...words)),
    },
  };
}

/** Which text a Consent was given for. */
export function consentVersionOf({ policy }: Consent): string | undefined {
  const uri = policy?.find((each) => each.uri?.startsWith(`${CONSENT_TEXT_SYSTEM}/`))?.uri;
  return uri?.slice(CONSENT_TEXT_SYSTEM.length + 1);
}
