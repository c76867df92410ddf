import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isDiskFull } from './disk-guard.js';
import { isaLevelOf } from './isa-level.js';
import {
  cpuLoadBetween,
  parseCpuInfo,
  parseCpuTimes,
  parseMemoryInfo,
  parseOsRelease,
} from './proc-files.js';

const V1 = 'fpu cx8 cmov mmx fxsr sse sse2 syscall';
const V2 = `${V1} pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm`;
const V3 = `${V2} movbe avx avx2 f16c fma bmi1 bmi2 abm xsave`;
const V4 = `${V3} avx512f avx512bw avx512cd avx512dq avx512vl`;

it.each([
  ['', 0],
  ['fp asimd', 0],
  [V1, 1],
  [V2, 2],
  [V3, 3],
  [V4, 4],
  [V4.replace('ssse3', ''), 1],
])('tells the level of %j', (flags, level) => {
  expect(isaLevelOf(new Set(flags.split(' ')))).toBe(level);
});

it('reads a processor, also one that names itself otherwise', () => {
  const x86 = parseCpuInfo(
    'processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nflags\t\t: fpu sse\n\n',
  );
  expect(x86.model).toBe('Some CPU @ 3 GHz');
  expect([...x86.flags]).toEqual(['fpu', 'sse']);
  expect(parseCpuInfo('').model).toBe('unknown');
});

it('tells the load between two readings and never leaves 0 to 1', () => {
  const at = (busy: number, total: number) => ({ busy, total });
  expect(cpuLoadBetween({ from: at(10, 100), to: at(60, 200) })).toBe(0.5);
  expect(cpuLoadBetween({ from: at(10, 100), to: at(10, 100) })).toBe(0);
  expect(cpuLoadBetween({ from: at(60, 100), to: at(10, 200) })).toBe(0);
  expect(parseCpuTimes('cpu  1 2 3 40 5 6 7 8 0 0\ncpu0 9 9 9 9\n')).toEqual(at(27, 72));
});

it('reads memory and the name of the system', () => {
  expect(parseMemoryInfo('MemTotal:  100 kB\nMemFree: 1 kB\nMemAvailable:  40 kB\n')).toEqual({
    totalBytes: 102_400,
    usedBytes: 61_440,
  });
  expect(parseOsRelease('NAME=x\nPRETTY_NAME="Some Linux 1"\n')).toBe('Some Linux 1');
  expect(parseOsRelease('')).toBe('Linux');
});

it("understands this machine's own files", () => {
  expect(parseCpuTimes(readFileSync('/proc/stat', 'utf8')).total).toBeGreaterThan(0);
  expect(parseMemoryInfo(readFileSync('/proc/meminfo', 'utf8')).totalBytes).toBeGreaterThan(0);
});

it('does not flip around the limit', () => {
  const full = (freeBytes: number, wasFull: boolean) =>
    isDiskFull({ freeBytes, minFreeBytes: 100 }, wasFull);
  expect([full(100, false), full(99, false), full(110, true), full(125, true)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
