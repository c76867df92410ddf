import { expect, it, vi } from 'vitest';
import { PhaseView } from './phase-view.js';

function streamOf(isTTY: boolean) {
  const written: string[] = [];
  const stream = {
    isTTY,
    columns: 60,
    write: (text: string | Uint8Array) => written.push(Buffer.from(text).toString('utf8')),
  };
  return { stream, text: () => written.join('') };
}

it('shows on a terminal what is being done, without obeying the log', () => {
  vi.useFakeTimers();
  try {
    const { stream, text } = streamOf(true);
    const view = new PhaseView(stream, 'phases');
    view.phase('build');
    view.log(
      Buffer.from('first\nsecond \u001b[2J line that is far too long for the rest of it\nthi'),
    );
    vi.advanceTimersByTime(100);
    const [, drawn = ''] = text().split('\r\u001b[K');
    expect(drawn).toContain('second \\u{1b}[2J');
    expect(drawn.length).toBeLessThan(60);
    view.end('failed');
    expect(text()).toMatch(/\r\u001b\[K✗ build +0\.1 s\n$/);
    vi.advanceTimersByTime(1_000);
    expect(text()).toMatch(/s\n$/);
  } finally {
    vi.useRealTimers();
  }
});

it('writes lines into a pipe, and takes the times', () => {
  const { stream, text } = streamOf(false);
  const view = new PhaseView(stream, 'phases');
  view.phase('setup');
  view.phase('build');
  view.end('done');
  expect(text()).toMatch(/^setup …\n✓ setup .+\nbuild …\n✓ build .+\n$/);
  expect(view.times.map(({ name }) => name)).toEqual(['setup', 'build']);
});
