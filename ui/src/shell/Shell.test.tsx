import { MockClient } from '@medplum/mock';
import { fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../test/open-page.tsx';

test('the first link of a page leads past what stands on every page', async () => {
  openPage(new MockClient(), '/imports');
  await screen.findByRole('heading', { name: 'Imports' });
  const [first] = screen.getAllByRole('link');
  expect(first?.textContent).toBe('Skip to the page');
  fireEvent.click(first as HTMLElement);
  expect(document.activeElement).toBe(screen.getByRole('main'));
});

test('the navigation says which page is open, and the button of a narrow screen whether it is', async () => {
  openPage(new MockClient(), '/imports');
  await screen.findByRole('heading', { name: 'Imports' });
  expect(screen.getByRole('link', { current: true }).textContent).toBe('Imports');
  const button = screen.getByLabelText('Navigation');
  expect(button.getAttribute('aria-expanded')).toBe('false');
  fireEvent.click(button);
  expect(button.getAttribute('aria-expanded')).toBe('true');
  expect(document.getElementById(button.getAttribute('aria-controls') ?? '')?.textContent).toContain('Patients');
});
