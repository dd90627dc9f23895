import type { Demographics } from '../generator/make-record.ts';
import type { SiteName } from './sites.ts';
import { ASTHMA } from './stories/asthma.ts';
import { CANCER } from './stories/cancer.ts';
import { CHECKED_UP, CHECKED_UP_LATER, SOMEBODY_ELSE } from './stories/checked-up.ts';
import { CHILD } from './stories/child.ts';
import { DIABETES } from './stories/diabetes.ts';
import { FIBRILLATION } from './stories/fibrillation.ts';
import { HEART } from './stories/heart.ts';
import { KIDNEY } from './stories/kidney.ts';
import { LUNG_NODULE } from './stories/lung-nodule.ts';
import { MIND } from './stories/mind.ts';
import { PREGNANCY } from './stories/pregnancy.ts';
import { AT_THE_DOCTOR, AT_THE_HOSPITAL } from './stories/two-sources.ts';
import type { Story } from './story.ts';
import type { SourceKind } from './story-lines.ts';

/** One sign-in of a persona, and the record behind it. */
export interface PersonaConnection {
  readonly kind: SourceKind;
  readonly site: SiteName;
  /** Told by the story; or by number of lines, in a generic record; or the lines of dirty-lines.ts. */
  readonly record: { readonly story: Story } | { readonly lines: number; readonly seed: number } | 'dirty';
  /** Beside the record: one image of so many bytes, before base64. */
  readonly imageBytes?: number;
}

/** A synthetic patient. */
export interface Persona {
  readonly title: string;
  /** What it is for. */
  readonly purpose: string;
  /** Who the app's chart says that this is. */
  readonly chart: Demographics;
  /** In the order in which they are made. */
  readonly connections: readonly [PersonaConnection, ...PersonaConnection[]];
}

const MEGABYTE = 1024 * 1024;

function told(story: Story, kind: SourceKind, site: SiteName): PersonaConnection {
  return { kind, site, record: { story } };
}

/** Everyone there is, by id; docs/sandbox-personas.md tells of them, and a test holds it to this. */
export const PERSONAS = {
  'epic-diabetes': {
    title: 'Type 2 diabetes, eleven years, from Epic',
    purpose: 'ids over 64 characters, most Encounters named and never sent, trends of hemoglobin A1c and weight',
    chart: DIABETES.person,
    connections: [told(DIABETES, 'epic', 'greenValley')],
  },
  'cerner-heart': {
    title: 'Heart attack and heart failure, from Cerner',
    purpose: 'critical troponin and potassium, absolute addresses of documents, each as PDF and as XML',
    chart: HEART.person,
    connections: [told(HEART, 'cerner', 'lakeside')],
  },
  'athena-asthma': {
    title: 'Asthma and allergies, from Athena',
    purpose: 'Organizations that are never sent, one id under two types, documents inline or missing, security labels',
    chart: ASTHMA.person,
    connections: [told(ASTHMA, 'athena', 'harbor')],
  },
  'payer-claims': {
    title: 'Claims of an insurer',
    purpose: 'ExplanationOfBenefit and Coverage, ids that are negative numbers, versioned references',
    chart: HEART.person,
    connections: [told(HEART, 'payer', 'sunrise')],
  },
  'tefca-ccda': {
    title: 'One C-CDA and what was converted from it, through TEFCA',
    purpose: 'a Composition first, UUIDs of version 3, the document itself for ccda-to-fhir, no catalog ids',
    chart: CHILD.person,
    connections: [told(CHILD, 'tefca', 'exchange')],
  },
  'volume-3500': {
    title: '3,500 resources of one patient',
    purpose: 'lists that scroll, paging, repeats of keys, every form of reference and attachment',
    chart: { given: 'Grace', family: 'Alvarez', birthDate: '1957-06-11', gender: 'female' },
    connections: [{ kind: 'epic', site: 'greenValley', record: { lines: 3500, seed: 201 } }],
  },
  'volume-50000': {
    title: '50,000 resources of one patient',
    purpose: 'memory and speed of an import, a record page that stays quick',
    chart: { given: 'Carlos', family: 'Chen', birthDate: '1949-01-30', gender: 'male' },
    connections: [{ kind: 'epic', site: 'greenValley', record: { lines: 50_000, seed: 202 } }],
  },
  'imaging-200mb': {
    title: 'A lung nodule, with images of 200 MB',
    purpose: 'one line of 267 MB (base64) that nobody may hold in memory',
    chart: LUNG_NODULE.person,
    connections: [{ ...told(LUNG_NODULE, 'medplum', 'fooClinic'), imageBytes: 200 * MEGABYTE }],
  },
  'child-proxy': {
    title: 'A girl of four, connected by her mother',
    purpose: 'RelatedPerson and Person, all vaccines of a childhood, growth from birth',
    chart: CHILD.person,
    connections: [told(CHILD, 'epic', 'greenValley')],
  },
  'two-sources': {
    title: 'One person at the doctor’s and in the hospital',
    purpose: 'facts that overlap and that contradict each other: allergy, metformin, blood group, smoking',
    chart: AT_THE_DOCTOR.person,
    connections: [told(AT_THE_DOCTOR, 'athena', 'harbor'), told(AT_THE_HOSPITAL, 'cerner', 'lakeside')],
  },
  'same-portal-twice': {
    title: 'The same portal, connected twice',
    purpose: 'a second sign-in at one place continues the first: nothing is doubled, the new visit is added',
    chart: CHECKED_UP.person,
    connections: [told(CHECKED_UP, 'medplum', 'fooClinic'), told(CHECKED_UP_LATER, 'medplum', 'fooClinic')],
  },
  'wrong-chart': {
    title: 'Somebody else’s record',
    purpose: 'an import that is held: name, birth date and sex are those of another person',
    chart: CHECKED_UP.person,
    connections: [told(SOMEBODY_ELSE, 'medplum', 'fooClinic')],
  },
  dirty: {
    title: 'Every defect there is',
    purpose: 'each rule of repair and each reason for which a line is set aside or left out',
    chart: { given: 'Hugo', family: 'Farah', birthDate: '1966-06-06', gender: 'male' },
    connections: [{ kind: 'epic', site: 'greenValley', record: 'dirty' }],
  },
  'breast-cancer': {
    title: 'Breast cancer, from screening to follow-up',
    purpose: 'blood counts that fall and rise with each round of chemotherapy, a tumour marker',
    chart: CANCER.person,
    connections: [told(CANCER, 'medplum', 'fooClinic')],
  },
  pregnancy: {
    title: 'A pregnancy with gestational diabetes',
    purpose: 'measurements that mean something in pregnancy only, problems that end',
    chart: PREGNANCY.person,
    connections: [told(PREGNANCY, 'cerner', 'lakeside')],
  },
  'kidney-failure': {
    title: 'Kidneys that fail, and dialysis',
    purpose: 'ten years of creatinine and filtration, a hundred treatments in eight months',
    chart: KIDNEY.person,
    connections: [told(KIDNEY, 'epic', 'greenValley')],
  },
  'mental-health': {
    title: 'Depression and anxiety',
    purpose: 'scores of a questionnaire over time, visits by video',
    chart: MIND.person,
    connections: [told(MIND, 'athena', 'harbor')],
  },
  'warfarin-inr': {
    title: 'Atrial fibrillation under warfarin',
    purpose: 'a value every fortnight for years, one of them critical',
    chart: FIBRILLATION.person,
    connections: [told(FIBRILLATION, 'cerner', 'lakeside')],
  },
  small: {
    title: 'Someone who is well',
    purpose: 'the smallest record that has a little of everything; a demo in seconds',
    chart: CHECKED_UP.person,
    connections: [told(CHECKED_UP, 'medplum', 'fooClinic')],
  },
} as const satisfies Record<string, Persona>;

export type PersonaId = keyof typeof PERSONAS;

export const PERSONA_IDS = Object.keys(PERSONAS) as [PersonaId, ...PersonaId[]];

export function personaOf(id: PersonaId): Persona {
  return PERSONAS[id];
}
