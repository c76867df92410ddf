import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureDebianPackages } from './debian-packages.mjs';
import { binFolder, isInterrupted, runQuietly, runToEnd } from './process.mjs';
import { say, secondsSince } from './report.mjs';
import { countsOf } from './vitest-report.mjs';

const MINUTE_MS = 60_000;
const OUTPUT_LINES_MAX = 120;
/** Nx announces every project, also where nothing is wrong. */
const EMPTY_HEADING = /^> nx run /;
const SEED_MAX = 2 ** 31;
/** Checks that are not Vitest's; each counts as one test. */
const CHECKS = [
  { name: 'types', command: 'tsc', args: ['--build', 'tsconfig.json'] },
  { name: 'types of tools', command: 'tsc', args: ['--project', 'tools/tsconfig.json'] },
  { name: 'format', command: 'prettier', args: ['--check', '--log-level=warn', '.'] },
  { name: 'project graph', command: 'nx', args: ['graph', '--file=.nx/project-graph.json'] },
];
// The boundary rule needs the graph; one process for all projects is four times faster than one for each. It runs beside
// the suites, which mostly wait for servers, and gives way to them.
const LINT = { name: 'lint', command: 'nice', args: ['-n', '10', 'eslint', '.'] };
// Integration tests mostly wait for their servers, so two files at a time pay even on one core.
const SUITES = [
  { name: 'unit', minutesMax: 10, options: ['--maxWorkers=2'] },
  { name: 'integration', minutesMax: 15, options: ['--maxWorkers=2'] },
  { name: 'e2e', minutesMax: 20, options: [] },
];
const FULL_TIME_FACTOR = 12;
/** Exit code of what Ctrl-C ended. */
const INTERRUPTED = 130;
const QUIET = { NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0', NO_COLOR: '1' };

/** Runs everything, prints progress and, last, one line with the sums; the exit code is 0 only when nothing failed. */
export async function runTests({ isFull }) {
  const startedAt = performance.now();
  const sections = [await section('set-up', () => setUp())];
  if (sections[0].failed === 0) {
    for (const check of CHECKS) {
      if (isInterrupted) return INTERRUPTED;
      sections.push(await section(check.name, () => runCheck(check)));
    }
    const lint = section(LINT.name, () => runCheck(LINT));
    const environment = testEnvironment(isFull);
    for (const suite of SUITES) {
      if (isInterrupted) break;
      sections.push(await section(suite.name, () => runSuite(suite, { isFull, environment })));
    }
    sections.push(await lint);
  }
  if (isInterrupted) return INTERRUPTED;
  say('');
  for (const one of sections)
    say(`${one.name.padEnd(16)} ${one.seconds.padStart(8)}  ${sums(one)}`);
  say(`${'all'.padEnd(16)} ${secondsSince(startedAt).padStart(8)}`);
  const total = sections.reduce(add);
  say(sums(total));
  return total.failed === 0 ? 0 : 1;
}

async function section(name, work) {
  const startedAt = performance.now();
  say(`── ${name}`);
  const counts = await work();
  const seconds = secondsSince(startedAt);
  say(`── ${name}: ${sums(counts)} (${seconds})`);
  return { name, seconds, ...counts };
}

/** Installs and builds; not a test, so it counts only when it fails. */
async function setUp() {
  try {
    await ensureDebianPackages({ forTests: true });
    await build();
    return { passed: 0, failed: 0, skipped: 0 };
  } catch (error) {
    say(error.isExpected ? error.message : error.stack);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function runCheck({ command, args }) {
  const options = { env: QUIET, timeoutMs: 10 * MINUTE_MS };
  const { exitCode, output } = await runQuietly(command, args, options);
  if (exitCode === 0) return { passed: 1, failed: 0, skipped: 0 };
  const lines = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !EMPTY_HEADING.test(line));
  if (lines.length > OUTPUT_LINES_MAX) say(`… ${lines.length - OUTPUT_LINES_MAX} lines left out`);
  say(lines.slice(-OUTPUT_LINES_MAX).join('\n'));
  return { passed: 0, failed: 1, skipped: 0 };
}

function testEnvironment(isFull) {
  if (!isFull) return QUIET;
  const seed = process.env.CAIRN_SEED ?? String(Math.floor(Math.random() * SEED_MAX));
  say(`Long cases at full size, seed ${seed} (CAIRN_SEED=${seed} repeats them)`);
  return { ...QUIET, CAIRN_FULL: '1', CAIRN_SEED: seed };
}

async function runSuite({ name, minutesMax, options }, { isFull, environment }) {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-report-'));
  const report = join(folder, 'report.json');
  const timeoutMs = minutesMax * MINUTE_MS * (isFull ? FULL_TIME_FACTOR : 1);
  const args = ['run', '--project', name, '--reporter=default', '--reporter=json'];
  try {
    const exitCode = await runToEnd(
      join(binFolder, 'vitest'),
      [...args, ...options, `--outputFile.json=${report}`],
      { env: environment, timeoutMs },
    );
    return countsOf(readReport(report), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

function sums({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
