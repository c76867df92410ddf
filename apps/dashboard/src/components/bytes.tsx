import { GIB, KIB, MIB } from '@cairn/std';

/** A size in the unit that fits: `812 B`, `4.2 KiB`, `31 GiB`. */
export function bytesText(sizeBytes: number): string {
  const inUnit = (unit: number, name: string): string => {
    const value = sizeBytes / unit;
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${name}`;
  };
  if (sizeBytes < KIB) return `${sizeBytes} B`;
  if (sizeBytes < MIB) return inUnit(KIB, 'KiB');
  if (sizeBytes < GIB) return inUnit(MIB, 'MiB');
  return sizeBytes < 1_024 * GIB ? inUnit(GIB, 'GiB') : inUnit(1_024 * GIB, 'TiB');
}

/** A size; the exact number of bytes is in the title. */
export function Bytes({ value }: { readonly value: number }) {
  return <span title={`${value.toLocaleString()} bytes`}>{bytesText(value)}</span>;
}
