// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client.js';
import { sampleBuilder, sampleRepository } from '../testing/sample-views.js';
import { Bar } from './bar.js';
import { BuilderCard } from './builder-card.js';
import { ConfirmButton } from './confirm-button.js';
import { Loaded } from './loaded.js';
import { ReasonSentence } from './reason-sentence.js';
import { RepositoryCard } from './repository-card.js';
import { TaskStateBadge } from './state-badge.js';

afterEach(cleanup);

it('says why a task waits and leads to what it waits for', () => {
  const tasks = Array.from({ length: 11 }, (_, n) => ({ taskId: n + 1, source: `lib${n + 1}` }));
  render(
    <MemoryRouter>
      <ReasonSentence reason={{ code: 'x', sentence: 'It waits for 11 builds.', tasks }} />
    </MemoryRouter>,
  );
  expect(screen.getByText(/It waits for 11 builds/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'lib1' }).getAttribute('href')).toBe('/tasks/1');
  expect(screen.getAllByRole('link')).toHaveLength(8);
  expect(screen.getByText(/and 3 more/)).toBeTruthy();
});

it('calls a new task waiting or blocked', () => {
  render(<TaskStateBadge state="new" />);
  expect(screen.getByText(/waiting/)).toBeTruthy();
  render(<TaskStateBadge state="new" blocked />);
  expect(screen.getByText(/blocked/)).toBeTruthy();
});

it('draws a gauge without style attributes, and bears nonsense', () => {
  render(<Bar label="Disk" share={Number.NaN} text="?" />);
  const gauge = screen.getByRole('meter', { name: 'Disk' });
  expect(gauge.getAttribute('aria-valuenow')).toBe('0');
  expect(document.querySelector('[style]')).toBeNull();
});

it('shows a builder with its machine and what it builds', () => {
  render(
    <MemoryRouter>
      <BuilderCard builder={sampleBuilder({ refusing: 'The disk is nearly full.' })} />
    </MemoryRouter>,
  );
  expect(screen.getByRole('meter', { name: 'CPU' }).getAttribute('aria-valuenow')).toBe('83');
  expect(screen.getByRole('meter', { name: 'Disk' }).getAttribute('aria-valuenow')).toBe('76');
  expect(screen.getByText(/x86-64-v4/).textContent).toContain('load 27.40');
  expect(screen.getByText('The disk is nearly full.')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'libdaemon' }).getAttribute('href')).toBe('/tasks/7');
});

it('shows a builder that has never connected', () => {
  const builder = sampleBuilder({
    state: 'offline',
    version: null,
    machine: null,
    machineState: null,
    lastSeenAt: null,
    attempts: [],
  });
  render(
    <MemoryRouter>
      <BuilderCard builder={builder} />
    </MemoryRouter>,
  );
  expect(screen.getByText(/never connected/)).toBeTruthy();
  expect(screen.queryByRole('meter')).toBeNull();
});

it('names the bad recipes of a repository with file and line', () => {
  render(<RepositoryCard repository={sampleRepository()} />);
  const list = screen.getByRole('list');
  expect(within(list).getByText('z/zziplib/stone.yaml:3')).toBeTruthy();
  expect(within(list).getByText('recipe.missing-field')).toBeTruthy();
});

it('asks before it does what cannot be undone', () => {
  const onConfirm = vi.fn();
  render(<ConfirmButton label="Cancel" question="Really?" isBusy={false} onConfirm={onConfirm} />);
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(onConfirm).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Really?' }));
  expect(onConfirm).toHaveBeenCalledTimes(1);
});

it('keeps the last answer beside a later error', () => {
  const error = new ApiError(503, 'database.unavailable', 'The database is away.');
  render(<Loaded query={{ data: 'old', error }}>{(text) => <p>{text}</p>}</Loaded>);
  expect(screen.getByText('old')).toBeTruthy();
  expect(screen.getByRole('alert').textContent).toContain('database.unavailable');
});
