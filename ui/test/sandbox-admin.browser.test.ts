import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, startWorld, type World } from '../../bridge/test/start-world.ts';
import { findBarriers } from './find-barriers.ts';
import { keepScreens } from './keep-screens.ts';
import { measureOverflowPx } from './measure-overflow.ts';
import { startBrowser } from './start-browser.ts';

let world: World;
let browser: Browser;
let page: Page;
let faults: string[];

beforeAll(async () => {
  [world, browser] = await Promise.all([startWorld(), startBrowser()]);
});

beforeEach(async () => {
  page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(world.fasten.adminUrl);
  await page.getByText('Delivered more than once').waitFor();
});

afterEach(async () => {
  await page.context().close();
  world.fasten.faults.reset();
  world.medplum.faults.reset();
});

afterAll(async () => {
  await browser.close();
  await world.close();
});

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const hear = (text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
const newestDelivery = () =>
  page
    .getByRole('list', { name: /^Deliveries/ })
    .getByRole('listitem')
    .first();

test('a switch that is turned on doubles a delivery, which the bridge takes once', async () => {
  await page.getByText('Delivered more than once').click();
  await press('Strike once: Delivered more than once');
  await hear('Delivered more than once: strikes once.');
  await page.getByText('100 %, seed 1, at most 1: struck 0 of 0').waitFor();
  await press('Send a test event');
  await newestDelivery().getByText('200 × 2').waitFor();
  await page.getByText('struck 1 of 1').waitFor();
  const eventId = world.fasten.deliveries().at(-1)?.eventId ?? '';
  const taken = await eventually(async () => {
    const lines = world
      .log()
      .split('\n')
      .filter((line) => line.includes(eventId));
    return lines.length >= 2 ? lines : undefined;
  });
  expect(taken).toHaveLength(2);

  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'sandbox-admin');
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await measureOverflowPx(page)).toBe(0);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await findBarriers(page)).toEqual([]);
  expect(faults).toEqual([]);
});

test('a fault of the store is set as the fields say, and all of them are switched off together', async () => {
  await page.getByText('503', { exact: true }).click();
  const row = page.getByRole('group').filter({ has: page.getByRole('button', { name: 'Switch on: 503' }) });
  await row.getByLabel('Rate in per cent').fill('25');
  await row.getByLabel('Seed').fill('7');
  await row.getByLabel('Method').selectOption('GET');
  await press('Switch on: 503');
  await row.getByText('25 %, seed 7: struck').waitFor();
  const set = () => world.medplum.faults.state().find(({ name }) => name === 'unavailable')?.setting;
  expect(set()).toEqual({ rate: 0.25, seed: 7, path: '^/fhir/R4', method: 'GET' });
  await press('All of the store off');
  await hear('Switched off.');
  expect(set()).toBeNull();
  expect(faults).toEqual([]);
});

test('a patient connects and withdraws, an event is sent once more, the clock moves, and wrong values are told', async () => {
  await page.getByLabel('External id').fill('kim');
  await press('Connect');
  await hear('Connected.');
  const connection = page.getByRole('region', { name: 'Connections' }).getByRole('listitem').first();
  await connection.getByText('for kim').waitFor();
  await connection.getByRole('button', { name: /^Revoke/ }).click();
  await connection.getByText('revoked').waitFor();

  await press('Send a test event');
  await newestDelivery().getByText('delivered').waitFor();
  await newestDelivery()
    .getByRole('button', { name: /^Redeliver/ })
    .click();
  await newestDelivery().getByText('200, 200').waitFor();

  const before = world.fasten.nowMs();
  await press('25 hours on');
  await hear('The clock was moved.');
  expect(world.fasten.nowMs()).toBeGreaterThan(before + 24 * 3_600_000);

  await page.getByLabel('Files').selectOption('bare-list');
  await page.getByRole('region', { name: 'How Fasten says it' }).getByRole('button', { name: 'Apply' }).click();
  await hear('Applied.');
  expect(world.fasten.chaos().links).toBe('bare-list');
  await press('As documented');
  await hear('Everything is said as documented.');
  expect(world.fasten.chaos().links).toBe('both');

  expect(faults).toEqual([]);
  await page.getByLabel('Secret', { exact: true }).fill('!');
  await press('Save');
  await hear('That did not work: secret: no secret of a webhook');
});
