import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyOf, type PoolPackage } from '../../pool/domain/pool-package.js';
import { decidePublication } from './import-rules.js';

let lastId = 0;

function made(
  name: string,
  releases: `${number}/${number}`,
  more: Partial<PoolPackage> = {},
): PoolPackage {
  lastId += 1;
  const [sourceRelease = 1, buildRelease = 1] = releases.split('/').map(Number);
  const architecture = more.architecture ?? 'x86_64';
  return {
    id: lastId,
    sha256: `${lastId}`.padStart(64, '0'),
    name,
    version: '1.0',
    sourceRelease,
    buildRelease,
    architecture,
    sourceId: 'foo',
    poolPath: `pool/v0/f/foo/${name}-1.0-${sourceRelease}-${buildRelease}-${architecture}.stone`,
    ...more,
  };
}

function decide(current: readonly PoolPackage[], staged: readonly PoolPackage[]) {
  return decidePublication({ current, staged });
}

const put = (item: PoolPackage) => ({
  architecture: item.architecture,
  name: item.name,
  packageId: item.id,
});
const out = (item: PoolPackage) => ({ ...put(item), packageId: null });

it('C60: accepts what is new', () => {
  const foo = made('foo', '1/1');
  expect(decide([], [foo])).toEqual({ kind: 'publish', changes: [put(foo)] });
});

it('C61: replaces an older release', () => {
  const foo = made('foo', '2/1');
  expect(decide([made('foo', '1/1')], [foo])).toEqual({ kind: 'publish', changes: [put(foo)] });
});

it('C62: refuses the whole change set when a newer release is published', () => {
  const decision = decide(
    [made('foo', '2/1')],
    [made('foo', '1/1'), made('bar', '1/1', { sourceId: 'bar' })],
  );
  expect(decision).toMatchObject({ kind: 'refuse', code: 'import.release-older' });
});

it('C63: refuses a lower build release', () => {
  expect(decide([made('foo', '2/2')], [made('foo', '2/1')])).toMatchObject({
    kind: 'refuse',
    code: 'import.build-release-older',
  });
});

it('C64: says nothing new about the same bytes', () => {
  const foo = made('foo', '2/1');
  expect(decide([foo], [{ ...foo, id: 99_999 }])).toEqual({ kind: 'publish', changes: [] });
});

it('refuses other bytes under the same file name', () => {
  expect(decide([made('foo', '2/1')], [made('foo', '2/1')])).toMatchObject({
    kind: 'refuse',
    code: 'pool.path-taken',
  });
});

it('refuses another version with the same two releases', () => {
  const other = made('foo', '2/1', { version: '1.1', poolPath: 'pool/v0/f/foo/other.stone' });
  expect(decide([made('foo', '2/1')], [other])).toMatchObject({
    code: 'import.build-release-older',
  });
});

it('C65 as we have it: accepts an equal release with a higher build release', () => {
  const foo = made('foo', '2/2');
  expect(decide([made('foo', '2/1')], [foo])).toEqual({ kind: 'publish', changes: [put(foo)] });
});

it('C66 as we have it: a sub-package that is no longer produced leaves the index', () => {
  const devel = made('foo-devel', '2/1');
  const foo = made('foo', '3/1');
  expect(decide([made('foo', '2/1'), devel], [foo])).toEqual({
    kind: 'publish',
    changes: [put(foo), out(devel)],
  });
});

it('does not let an old build take out a sub-package of a newer one', () => {
  expect(decide([made('foo-devel', '3/1')], [made('foo', '2/1')])).toMatchObject({
    kind: 'refuse',
    code: 'import.release-older',
  });
});

it('leaves other architectures and other sources alone', () => {
  const arm = made('foo', '1/1', { architecture: 'aarch64' });
  const armDevel = made('foo-devel', '1/1', { architecture: 'aarch64' });
  const bar = made('bar', '1/1', { sourceId: 'bar' });
  const foo = made('foo', '2/1');
  expect(decide([arm, armDevel, bar, made('foo', '1/1')], [foo])).toEqual({
    kind: 'publish',
    changes: [put(foo)],
  });
});

it('publishes completely or not at all, and twice is the same as once', () => {
  const anyPackage = fc
    .record({
      name: fc.constantFrom('a', 'b', 'c'),
      sourceId: fc.constantFrom('s', 't'),
      sourceRelease: fc.integer({ min: 1, max: 3 }),
      buildRelease: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ name, sourceId, sourceRelease, buildRelease }) =>
      made(name, `${sourceRelease}/${buildRelease}`, {
        sourceId,
        poolPath: `pool/v0/${sourceId}/${sourceId}/${name}-${sourceRelease}-${buildRelease}`,
      }),
    );
  const state = fc.uniqueArray(anyPackage, { selector: keyOf });
  fc.assert(
    fc.property(state, state, (current, staged) => {
      const decision = decide(current, staged);
      if (decision.kind === 'refuse') return;
      const packages = new Map([...current, ...staged].map((item) => [item.id, item]));
      const next = new Map(current.map((item) => [keyOf(item), item]));
      for (const change of decision.changes) {
        const item = change.packageId === null ? undefined : packages.get(change.packageId);
        if (item === undefined) next.delete(keyOf(change));
        else next.set(keyOf(change), item);
      }
      for (const item of staged) expect(next.get(keyOf(item))?.sha256).toBe(item.sha256);
      expect(decide([...next.values()], staged)).toEqual({ kind: 'publish', changes: [] });
    }),
    { numRuns: 300 },
  );
});
