import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { untilGone } from './process-tree.js';
import { run } from './run.js';

const LIMITS = { timeoutMs: 20_000, outputBytesMax: 100_000 };

it('hands arguments over unchanged and passes no environment on', async () => {
  const args = [
    '-c',
    'import os,sys;print(sys.argv[1:],sorted(os.environ))',
    '$(id)',
    '; touch /tmp/x',
    '*',
  ];
  const result = await run({
    command: 'python3',
    args,
    ...LIMITS,
    env: { PATH: '/usr/bin', A: 'b' },
  });
  expect(result.ok && result.value.stdout.toString()).toMatch(
    /^\['\$\(id\)', '; touch \/tmp\/x', '\*'\] \['A'(, 'LC_CTYPE')?, 'PATH'\]/,
  );
});

it('reports exit codes and signals as outcomes', async () => {
  const failed = await run({ command: 'sh', args: ['-c', 'echo no >&2; exit 7'], ...LIMITS });
  expect(failed).toMatchObject({ ok: true, value: { exitCode: 7, signal: null } });
  const killed = await run({ command: 'sh', args: ['-c', 'kill -SEGV $$'], ...LIMITS });
  expect(killed).toMatchObject({ ok: true, value: { exitCode: null, signal: 'SIGSEGV' } });
});

it('names a command that does not exist', async () => {
  expect(await run({ command: 'no-such-command', args: [], ...LIMITS })).toMatchObject({
    ok: false,
    error: { code: 'exec.not-found' },
  });
});

it('stops at the time, silence and output limits', async () => {
  const slow = await run({ command: 'sleep', args: ['30'], ...LIMITS, timeoutMs: 100 });
  expect(slow).toMatchObject({ ok: false, error: { code: 'exec.time-limit', limitMs: 100 } });
  const silent = await run({
    command: 'sh',
    args: ['-c', 'echo a; sleep 30'],
    ...LIMITS,
    silenceMs: 150,
  });
  expect(silent).toMatchObject({ ok: false, error: { code: 'exec.silence-limit' } });
  let seenBytes = 0;
  const loud = await run({
    command: 'yes',
    args: [],
    ...LIMITS,
    onOutput: (chunk) => (seenBytes += chunk.byteLength),
  });
  expect(loud).toMatchObject({ ok: false, error: { code: 'exec.output-limit' } });
  expect(seenBytes).toBe(LIMITS.outputBytesMax);
});

it('kills the whole tree on cancel, also what ignores SIGTERM and what left the group', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'cairn-run-'));
  const pidFile = path.join(dir, 'pids');
  const script = `trap '' TERM; setsid sh -c "trap '' TERM; echo \\$\\$ >> ${pidFile}; while :; do sleep 1; done" & echo $$ >> ${pidFile}; while :; do sleep 1; done`;
  const cancel = new AbortController();
  let stopped: readonly number[] = [];
  const running = run({
    command: 'sh',
    args: ['-c', script],
    ...LIMITS,
    signal: cancel.signal,
    onStop: (descendants) => (stopped = descendants),
  });
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8').trim().split('\n').length < 2)
    await sleep(20);
  cancel.abort();
  expect(await running).toMatchObject({ ok: false, error: { code: 'exec.cancelled' } });
  const pids = readFileSync(pidFile, 'utf8').trim().split('\n');
  expect(pids).toHaveLength(2);
  expect(stopped.length).toBeGreaterThan(0);
  expect(await untilGone(stopped, 5_000)).toBe(true);
  expect(
    pids.filter(
      (pid) =>
        existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z'),
    ),
  ).toEqual([]);
});

it('does not wait for a background process that keeps the pipes', async () => {
  const result = await run({ command: 'sh', args: ['-c', 'sleep 30 & echo done'], ...LIMITS });
  expect(result.ok && result.value.durationMs).toBeLessThan(5_000);
});
