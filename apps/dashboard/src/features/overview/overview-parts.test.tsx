// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it } from 'vitest';
import { sampleBuilder, sampleOverview, sampleTask } from '../../testing/sample-views.js';
import { BuildingTable } from './building-table.js';
import { CountLine } from './count-line.js';
import { QUEUE_ROWS_MAX, QueueTable } from './queue-table.js';

afterEach(cleanup);

it('joins each running build with the step that its builder told', () => {
  render(
    <MemoryRouter>
      <BuildingTable tasks={[sampleTask()]} builders={[sampleBuilder()]} />
    </MemoryRouter>,
  );
  expect(screen.getByRole('row', { name: /libdaemon/ }).textContent).toContain('build');
  expect(screen.getByRole('link', { name: 'Live log of libdaemon' }).getAttribute('href')).toBe(
    '/tasks/7#log',
  );
});

it('shows the head of a long queue and leads to the rest', () => {
  const tasks = Array.from({ length: 5_000 }, (_, n) => sampleTask({ id: n + 1, state: 'new' }));
  render(
    <MemoryRouter>
      <QueueTable tasks={tasks} />
    </MemoryRouter>,
  );
  expect(screen.getAllByRole('row')).toHaveLength(QUEUE_ROWS_MAX + 1);
  expect(screen.getByRole('link', { name: 'All waiting tasks' })).toBeTruthy();
});

it('counts tasks by state', () => {
  render(
    <MemoryRouter>
      <CountLine counts={sampleOverview().counts} />
    </MemoryRouter>,
  );
  expect(screen.getByRole('link', { name: /failed/ }).getAttribute('href')).toBe(
    '/tasks?state=failed',
  );
});
