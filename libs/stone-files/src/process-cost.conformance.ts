import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const KIB_BYTES = 1_024;

/** What one call cost in a process of its own. */
export interface ProcessCost {
  /** Largest resident size of the process, and what it was before the call. */
  readonly peakBytes: number;
  readonly startBytes: number;
  readonly cpuTimeMs: number;
}

/** Runs `call`, an expression with one function of this library that must succeed, in a process of its own. */
export function costOf(call: string): ProcessCost {
  const script = `
    import { ${call.slice(0, call.indexOf('('))}, loadCodec } from '@cairn/stone-files';
    await loadCodec();
    const startBytes = process.memoryUsage().rss;
    const from = process.cpuUsage();
    const result = await ${call};
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    const { user, system } = process.cpuUsage(from);
    const peakBytes = ${KIB_BYTES} * process.resourceUsage().maxRSS;
    console.log(JSON.stringify({ peakBytes, startBytes, cpuTimeMs: (user + system) / 1_000 }));`;
  const flags = [
    '--conditions=@cairn/source',
    '--experimental-transform-types',
    '--no-warnings',
    '--import',
    join(REPOSITORY, 'tools/source-hooks.mjs'),
    '--input-type=module',
    '-e',
    script,
  ];
  const done = spawnSync(process.execPath, flags, {
    cwd: join(REPOSITORY, 'libs/stone-files'),
    encoding: 'utf8',
  });
  if (done.status !== 0 || done.stderr !== '') throw new Error(done.stderr);
  return JSON.parse(done.stdout) as ProcessCost;
}
