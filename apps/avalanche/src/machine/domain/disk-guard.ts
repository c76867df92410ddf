/** The disk counts as free again only this much above the minimum, so that it does not flip with every file. */
const RECOVERY_FACTOR = 1.25;

/** Whether the disk is too full for further builds, given how it was judged before. */
export function isDiskFull(
  facts: { readonly freeBytes: number; readonly minFreeBytes: number },
  wasFull: boolean,
): boolean {
  return facts.freeBytes < facts.minFreeBytes * (wasFull ? RECOVERY_FACTOR : 1);
}
