import { expect, it } from 'vitest';
import { BuildLog, phaseMark, phaseOfLogLine } from './build-log.js';

function logOf(...chunks: readonly string[]) {
  const log = new BuildLog({ log: () => undefined, phase: () => undefined });
  log.enter('build', 'x86_64');
  for (const chunk of chunks) log.write(Buffer.from(chunk));
  return log;
}

it('marks phases so that a reader finds them again', () => {
  expect(phaseOfLogLine(phaseMark('setup', 'x86_64, stage one').trimEnd())).toBe('setup');
  expect(phaseOfLogLine(phaseMark('fetch', '').trimEnd())).toBe('fetch');
  expect(phaseOfLogLine('==== phase: <b> ====')).toBeUndefined();
});

it('keeps the first error line, the last command and the end of the log', () => {
  const log = logOf(
    '++ make -j2\ncc x.c\n\u001b[1mx.c:3: \u001b[31merror:\u001b[0m bad',
    ' thing\nx.c:9: error: later\n',
    'make: *** [x] Error 1\nlast words',
  );
  expect(log.lastCommand).toBe('make -j2');
  expect(log.errorLine).toBe('x.c:3: error: bad thing');
  expect(log.excerpt().split('\n').slice(-3)).toEqual([
    'x.c:9: error: later',
    'make: *** [x] Error 1',
    'last words',
  ]);
});

it('puts the error first when it has scrolled away', () => {
  const log = logOf(
    'fatal error: gone\n',
    ...Array.from({ length: 100 }, (_, index) => `line ${index}\n`),
  );
  expect(log.excerpt()).toMatch(/^fatal error: gone\n…\nline 70\n/);
});

it('forgets the errors of the phase before, and counts every byte', () => {
  const log = logOf('error: x\n');
  log.enter('check');
  expect(log.errorLine).toBeUndefined();
  expect(log.sizeBytes).toBe(
    phaseMark('build', 'x86_64').length + 9 + phaseMark('check', '').length,
  );
});

it('reads characters that are cut between two chunks', () => {
  const log = logOf();
  const bytes = Buffer.from('error: größer\n');
  log.write(bytes.subarray(0, 10));
  log.write(bytes.subarray(10));
  expect(log.errorLine).toBe('error: größer');
});
