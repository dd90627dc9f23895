import type { MedplumClient } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../../bridge/test/start-world.ts';
import { openAs } from '../test/open-as.ts';
import type { Product } from '../test/start-product.ts';
import { KIM } from '../test/two-sources.ts';
import { countRequests, type RequestFigures } from './count-requests.ts';
import { type FrameFigures, watchFrames } from './watch-frames.ts';

export interface SectionFigures extends FrameFigures, RequestFigures {
  /** From the click to the first thing that is read, in milliseconds. */
  readonly firstMs: number;
  /** Requests until then, and what comes after it without scrolling. */
  readonly requestsToOpen: number;
  /** Elements of the page after scrolling. */
  readonly elements: number;
}

/** What is there first in a section; the lists are recognised by their rows. */
const FIRST: Readonly<Record<string, string>> = {
  Summary: 'section[aria-label="Latest labs"] button',
  Timeline: '.mantine-Timeline-item',
  Labs: '.mantine-Accordion-item',
  Vitals: '.mantine-Accordion-item',
  'Everything else': '.mantine-Accordion-item',
};
const ROW = 'section [role=listitem]';
const SECTIONS = [
  ...['Timeline', 'Problems', 'Medications', 'Labs', 'Vitals', 'Reports', 'Immunizations', 'Procedures', 'Visits'],
  ...['Care plans', 'Documents', 'Coverage & claims', 'Everything else', 'Summary'],
];

const SETTLED_MS = 1_500;
/** A fling of the wheel, again and again, with a click where the section asks for one to go on. */
const TURNS = 60;
const TURN_PX = 500;
const TURN_MS = 40;

/** Opens each section of a record of so many resources and scrolls in it. */
export async function measureRecord(
  product: Product,
  browser: Browser,
  resources: number,
): Promise<Record<string, SectionFigures>> {
  const patientId = await importRecord(product, await product.signIn('clinician@example.com'), resources);
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  await openAs(page, `${product.url}/patients/${patientId}/allergies`, 'clinician@example.com');
  await page.locator(ROW).first().waitFor();
  const figures: Record<string, SectionFigures> = {};
  for (const label of SECTIONS) figures[label] = await measureSection(page, label);
  await page.context().close();
  return figures;
}

async function measureSection(page: Page, label: string): Promise<SectionFigures> {
  let firstMs = 0;
  const opening = await countRequests(page, async () => {
    const startedAt = performance.now();
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: label, exact: true }).click();
    await page
      .locator(FIRST[label] ?? ROW)
      .first()
      .waitFor();
    firstMs = Math.round(performance.now() - startedAt);
    await page.waitForTimeout(SETTLED_MS);
  });
  let frames: FrameFigures | undefined;
  const scrolling = await countRequests(page, async () => {
    frames = await watchFrames(page, () => fling(page));
  });
  if (!frames) throw new Error('nothing was watched');
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  const requests = opening.requests + scrolling.requests;
  const mostEntries = Math.max(opening.mostEntries, scrolling.mostEntries);
  return { firstMs, requestsToOpen: opening.requests, requests, mostEntries, elements, ...frames };
}

async function fling(page: Page): Promise<void> {
  await page.mouse.move(800, 600);
  for (let turn = 1; turn <= TURNS; turn++) {
    await page.mouse.wheel(0, TURN_PX);
    await page.waitForTimeout(TURN_MS);
    const more = page.getByRole('button', { name: /^Show (older|earlier)$/ }).first();
    if (turn % 15 === 0 && (await more.isVisible())) await more.click();
  }
}

async function importRecord(product: Product, clinician: MedplumClient, resources: number): Promise<string> {
  const { given, family, ...rest } = KIM;
  const name = [{ given: [given], family }];
  const patient = await clinician.createResource<Patient>({ resourceType: 'Patient', name, ...rest });
  const persona = { seed: 77, resources, documentBytes: 700, patient: KIM };
  const { orgConnectionId } = await product.fasten.createConnection({ persona });
  const body = { patientId: patient.id, org_connection_id: orgConnectionId };
  await product.call(clinician, 'POST', '/connections/complete', body);
  await eventually(async () => {
    const tasks = await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' });
    return tasks.find(({ status }) => status === 'completed');
  });
  return patient.id;
}
