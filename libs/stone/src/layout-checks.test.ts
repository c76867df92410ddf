import { describe, expect, it } from 'vitest';
import { layoutFault } from './layout-checks.js';
import type { LayoutRecord } from './layout-record.js';

const TIME_MS_MAX = 2_000;

function record(
  target: string,
  plainOffset: number,
  type: 'directory' | 'fifo' = 'fifo',
): LayoutRecord {
  const lengths = {
    sourceLengthBytes: 0,
    targetLengthBytes: target.length,
    sourceNulCount: 0,
    targetNulCount: 0,
  };
  return {
    entry: { type, uid: 0, gid: 0, mode: 0o010644, target },
    typeId: 6,
    tag: 0,
    plainOffset,
    ...lengths,
  };
}

function faultOf(...targets: string[]): string | undefined {
  return layoutFault(
    targets.map((target, at) => record(target, at)),
    { offset: 0 },
  )?.code;
}

describe('layoutFault', () => {
  it('lets neighbours with a common beginning be', () => {
    expect(faultOf('a', 'a-b/c', 'a.b', 'ab/c', 'b/a')).toBeUndefined();
    expect(
      layoutFault([record('a', 0, 'directory'), record('a/b/c', 1)], { offset: 0 }),
    ).toBeUndefined();
  });

  it('finds an entry below another that is no directory, however far and in whatever order', () => {
    expect(faultOf('a/b/c/d', 'a-x', 'a')).toBe('stone.layout-parent');
    expect(faultOf('a/b', 'a/b/c')).toBe('stone.layout-parent');
    const nested = [record('a', 0), record('a/b', 1, 'directory'), record('a/b/c', 2)];
    expect(layoutFault(nested, { offset: 0 })?.code).toBe('stone.layout-parent');
  });

  it('names the later of two equal targets', () => {
    expect(
      layoutFault([record('a', 0), record('b', 40), record('a', 80)], { offset: 32 }),
    ).toMatchObject({
      code: 'stone.layout-duplicate',
      offset: 32,
      plainOffset: 80,
    });
  });

  it('refuses paths deeper than anybody can open', () => {
    expect(faultOf('a/'.repeat(1_023) + 'a')).toBeUndefined();
    expect(faultOf('a/'.repeat(1_024) + 'a')).toBe('stone.layout-path');
  });

  it('takes little time for the longest and deepest paths', () => {
    const deep = `${'b'.repeat(60)}/`.repeat(1_000);
    const records = Array.from({ length: 500 }, (_, at) => record(`${deep}${at}`, at));
    const from = process.cpuUsage();
    expect(layoutFault(records, { offset: 0 })).toBeUndefined();
    expect(process.cpuUsage(from).user / 1_000).toBeLessThan(TIME_MS_MAX);
  });
});
