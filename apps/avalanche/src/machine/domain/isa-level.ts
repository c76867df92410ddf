/** Flags, as /proc/cpuinfo spells them, that each x86-64 level adds to the one below. */
const LEVELS: readonly (readonly string[])[] = [
  ['cmov', 'cx8', 'fpu', 'fxsr', 'mmx', 'syscall', 'sse', 'sse2'],
  ['cx16', 'lahf_lm', 'popcnt', 'pni', 'sse4_1', 'sse4_2', 'ssse3'],
  ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe', 'xsave'],
  ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'],
];

/** The highest x86-64 level (1 to 4) of which every flag is there; 0 on other machines. */
export function isaLevelOf(flags: ReadonlySet<string>): number {
  const missing = LEVELS.findIndex((wanted) => !wanted.every((flag) => flags.has(flag)));
  return missing === -1 ? LEVELS.length : missing;
}
