import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseDurations } from './durations-file.js';
import { registerPlanCommands } from './register-plan-commands.js';

let folder = '';
let output = '';
let complaints = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cairn-plan-'));
  output = complaints = '';
  process.exitCode = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((output += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation(
    (text) => ((complaints += String(text)), true),
  );
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  await rm(folder, { recursive: true, force: true });
});

const RING = [
  { name: 'a', builddeps: ['b'], packages: [{ name: 'a', provides: [], depends: [] }] },
  {
    name: 'b',
    builddeps: ['name(a)'],
    packages: [{ name: 'b', provides: ['binary(b)'], depends: [] }],
  },
  { name: 'user', builddeps: ['binary(b)', 'ghost'], packages: [] },
];

async function file(name: string, text: string): Promise<string> {
  const at = path.join(folder, name);
  await writeFile(at, text);
  return at;
}

async function run(...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  registerPlanCommands(program, {
    connect: () => Promise.reject(new Error('no service is needed')),
  });
  await program.parseAsync(['node', 'cairn', ...args]);
}

async function ring(): Promise<string> {
  return file('graph.jsonl', RING.map((line) => JSON.stringify(line)).join('\n'));
}

describe('cairn plan', () => {
  it('prints the whole document', async () => {
    await run('plan', '--graph', await ring(), '--json');
    expect(JSON.parse(output)).toEqual({
      sources: 3,
      packages: 2,
      capabilities: 3,
      edges: 3,
      unresolved: [{ source: 'user', capability: 'name(ghost)' }],
      components: [['a', 'b']],
      cuts: [{ source: 'a', capability: 'name(b)', from: 'b' }],
      steps: [
        {
          id: 'a@0',
          source: 'a',
          stage: 0,
          after: [],
          published: [{ source: 'b', capability: 'name(b)' }],
        },
        { id: 'b@0', source: 'b', stage: 0, after: ['a@0'], published: [] },
        { id: 'a@1', source: 'a', stage: 1, after: ['a@0', 'b@0'], published: [] },
        { id: 'user@0', source: 'user', stage: 0, after: ['b@0'], published: [] },
      ],
      criticalPath: ['a', 'b', 'a'],
      levels: [2, 1],
    });
    expect(process.exitCode).toBe(0);
  });

  it('is limited to what changed', async () => {
    await run('plan', '--graph', await ring(), '--changed', 'user', '--json');
    expect(JSON.parse(output)).toMatchObject({ sources: 3, steps: [{ id: 'user@0' }] });
  });

  it('names the missing seeds from empty, and follows a hint', async () => {
    await run('plan', '--graph', await ring(), '--empty', '--json');
    expect(JSON.parse(output)).toMatchObject({
      error: {
        code: 'plan.seed-missing',
        seeds: [{ source: 'a', capability: 'name(b)', from: 'b' }],
      },
    });
    expect(process.exitCode).toBe(1);
    output = '';
    process.exitCode = 0;
    const hints = await file('project.yaml', 'bootstrap:\n  - source: a\n    without: [b]\n');
    await run('plan', '--graph', await ring(), '--empty', '--bootstrap', hints, '--json');
    expect(JSON.parse(output)).toMatchObject({
      cuts: [],
      steps: [{ id: 'a@0', without: ['name(b)'] }, {}, {}, {}],
    });
    expect(process.exitCode).toBe(0);
  });

  it('speaks to people', async () => {
    await run('plan', '--graph', await ring());
    expect(output).toContain('3 sources to build in 4 steps; longest chain 3');
    expect(output).toContain('a uses the published b for name(b)');
  });

  it.each([
    ['a missing file', () => Promise.resolve('/nonexistent'), 'plan.unreadable-input'],
    ['a file that is no graph', () => file('bad', '{"name":1}'), 'plan.bad-graph'],
  ])('refuses %s with its code', async (_, make, code) => {
    await run('plan', '--graph', await make());
    expect(complaints).toContain(code);
    expect(process.exitCode).toBe(2);
  });

  it('refuses a changed source that is not there', async () => {
    await run('plan', '--graph', await ring(), '--changed', 'ghost');
    expect(complaints).toContain('plan.unknown-source');
    expect(process.exitCode).toBe(1);
  });
});

describe('cairn simulate', () => {
  it('gives the same decisions for the same seed, and a log that replays', async () => {
    const log = path.join(folder, 'log.jsonl');
    const args = [
      'simulate',
      '--graph',
      await ring(),
      '--builders',
      '2',
      '--seed',
      '7',
      '--failures',
      '0.3',
      '--json',
    ];
    await run(...args, '--record', log);
    const first = output;
    output = '';
    await run(...args);
    expect(output).toBe(first);
    expect(JSON.parse(output)).toMatchObject({ builders: 2, steps: 4 });
    output = '';
    await run('replay', log, '--json');
    expect(JSON.parse(output)).toMatchObject({ same: true, differences: [] });
    expect(process.exitCode).toBe(0);
  });

  it('uses the durations of a file in their own unit', async () => {
    const durations = await file('durations.tsv', 'a\t10\nb\t5\nuser\t1\n');
    await run(
      'simulate',
      '--graph',
      await ring(),
      '--builders',
      '1',
      '--seed',
      '1',
      '--durations',
      durations,
      '--json',
    );
    expect(JSON.parse(output)).toMatchObject({
      makespan: 26,
      lowerBound: 26,
      ratio: 1,
      utilisation: 1,
    });
  });
});

it('replay tells a decision that comes out differently', async () => {
  const log = await file(
    'log.jsonl',
    '{"decide":"allocate","now":1,"assignments":[{"taskId":1,"builderId":"b","slot":0}]}\n',
  );
  await run('replay', log);
  expect(process.exitCode).toBe(1);
  expect(complaints).toContain('1 decisions come out differently');
});

it('durations are read in three forms', () => {
  const expected = new Map([
    ['a', 1.5],
    ['b', 2],
  ]);
  for (const text of [
    '{"a":1.5,"b":2}',
    '{"name":"a","ms":1.5}\n{"source":"b","ms":2}',
    '# s\na\t1.5\nb 2\n',
  ]) {
    expect(parseDurations(text, 'file')).toEqual(expected);
  }
  expect(() => parseDurations('a\tmany', 'file')).toThrow('entry 1');
});
