/** What /proc/cpuinfo says of the first processor. */
export interface CpuInfo {
  readonly model: string;
  readonly flags: ReadonlySet<string>;
}

/** Reads the text of /proc/cpuinfo. */
export function parseCpuInfo(text: string): CpuInfo {
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(text)?.[1] ?? '';
  return {
    model: field('model name') || field('Model') || field('Processor') || 'unknown',
    flags: new Set(field('flags').split(/\s+/)),
  };
}

/** Time of all processors since the machine started, in kernel ticks. */
export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** Reads the first line of /proc/stat; waiting for disks counts as idle. */
export function parseCpuTimes(text: string): CpuTimes {
  const fields = /^cpu\s+([0-9 ]+)$/m.exec(text)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] =
    fields;
  const busy = user + nice + system + irq + softIrq + steal;
  return { busy, total: busy + idle + ioWait };
}

/** Share of all processors in use between two readings, 0 to 1. */
export function cpuLoadBetween(span: { readonly from: CpuTimes; readonly to: CpuTimes }): number {
  const total = span.to.total - span.from.total;
  if (total <= 0) return 0;
  return Math.min(1, Math.max(0, (span.to.busy - span.from.busy) / total));
}

/** Total and unclaimed memory. */
export interface MemoryInfo {
  readonly totalBytes: number;
  readonly usedBytes: number;
}

/** Reads the text of /proc/meminfo; caches that can be given up count as unused. */
export function parseMemoryInfo(text: string): MemoryInfo {
  const kibibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+([0-9]+) kB$`, 'm').exec(text)?.[1] ?? 0);
  const totalBytes = kibibytes('MemTotal') * 1_024;
  return { totalBytes, usedBytes: Math.max(0, totalBytes - kibibytes('MemAvailable') * 1_024) };
}

/** The distribution's name out of /etc/os-release. */
export function parseOsRelease(text: string): string {
  const value = (name: string) =>
    new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.replace(/^"(.*)"$/, '$1') ?? '';
  return value('PRETTY_NAME') || value('NAME') || 'Linux';
}
