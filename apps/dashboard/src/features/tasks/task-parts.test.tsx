// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { SAMPLE_FAILURE } from '../../testing/sample-views.js';
import { endingOf, FailureDetails } from './failure-details.js';
import { TaskActions } from './task-actions.js';
import { filterOf, searchOf } from './task-filter.js';

afterEach(cleanup);

it('tells step, command, ending, recipe line and last lines of a failure', () => {
  const { container } = render(<FailureDetails failure={SAMPLE_FAILURE} />);
  for (const text of ['build', 'make -j4 VERBOSE=1', 'exit code 2', 'line 34 of stone.yaml']) {
    expect(screen.getByText(text)).toBeTruthy();
  }
  expect(screen.getByText(/implicit declaration/).textContent).toContain('<script>');
  expect(container.querySelector('script')).toBeNull();
});

it('says how a command ended', () => {
  expect(endingOf({ signal: 'SIGKILL', exitCode: 137 })).toBe('killed by SIGKILL');
  expect(endingOf({ exitCode: 0 })).toBe('exit code 0');
  expect(endingOf({})).toBeNull();
});

const actions = {
  isBusy: false,
  isHeld: false,
  onRetry: vi.fn(),
  onCancel: vi.fn(),
  onHold: vi.fn(),
};

it.each([
  ['failed', true, true, ['Retry']],
  ['cancelled', true, true, ['Retry']],
  ['building', true, true, ['Cancel']],
  ['new', true, true, ['Hold', 'Cancel']],
  ['completed', true, true, []],
  ['failed', false, false, []],
  ['building', false, false, []],
] as const)('offers for a %s task what may be done', (state, mayRetry, mayCancel, names) => {
  const may = { mayRetry, mayCancel, mayHold: mayCancel };
  render(<TaskActions {...actions} {...may} state={state} />);
  expect(screen.queryAllByRole('button').map((button) => button.textContent)).toEqual(names);
});

it('retries at one press', () => {
  render(<TaskActions {...actions} state="failed" mayRetry mayCancel mayHold />);
  fireEvent.click(screen.getByRole('button'));
  expect(actions.onRetry).toHaveBeenCalledTimes(1);
});

it('reads its filter from the address and writes it back', () => {
  const filter = { state: 'failed', source: 'mesa', before: 40 } as const;
  expect(filterOf(searchOf(filter))).toEqual(filter);
  expect(filterOf(new URLSearchParams('state=nonsense&source=%20&before=-3'))).toEqual({
    state: undefined,
    source: undefined,
    before: undefined,
  });
});
