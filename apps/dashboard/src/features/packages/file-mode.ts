const TYPE_BITS = 0o170_000;
const LETTER_OF_TYPE: ReadonlyMap<number, string> = new Map([
  [0o100_000, '-'],
  [0o120_000, 'l'],
  [0o040_000, 'd'],
  [0o020_000, 'c'],
  [0o060_000, 'b'],
  [0o010_000, 'p'],
  [0o140_000, 's'],
]);
const SET_USER_ID = 0o4_000;
const SET_GROUP_ID = 0o2_000;
const STICKY = 0o1_000;

/** A mode as `ls -l` writes it: `-rwxr-xr-x`. */
export function modeText(mode: number): string {
  const triple = (shift: number, isSpecial: boolean, letter: string): string => {
    const bits = mode >> shift;
    const canRun = (bits & 1) !== 0;
    const last = isSpecial ? (canRun ? letter : letter.toUpperCase()) : canRun ? 'x' : '-';
    return `${(bits & 4) === 0 ? '-' : 'r'}${(bits & 2) === 0 ? '-' : 'w'}${last}`;
  };
  return [
    LETTER_OF_TYPE.get(mode & TYPE_BITS) ?? '?',
    triple(6, (mode & SET_USER_ID) !== 0, 's'),
    triple(3, (mode & SET_GROUP_ID) !== 0, 's'),
    triple(0, (mode & STICKY) !== 0, 't'),
  ].join('');
}

/** Whether whoever runs the file gets rights of its owner or group. */
export function givesRights(mode: number): boolean {
  return (mode & (SET_USER_ID | SET_GROUP_ID)) !== 0;
}
