import type { Collectable } from '@cairn/contracts';
import { GIB } from '@cairn/std';
import { packageFileName, type StonePackage } from '@cairn/stone';
import { expect, it } from 'vitest';
import { checkArtefacts, checkCollectables, type ReadArtefact } from './check-artefacts.js';

const EXPECTED = {
  source: 'nano',
  version: '8.4',
  sourceRelease: 35,
  buildRelease: 2,
  architecture: 'x86_64',
};

function artefact(
  more: Partial<StonePackage> = {},
  collectable: Partial<Collectable> = {},
): ReadArtefact {
  const description: StonePackage = {
    name: 'nano',
    version: '8.4',
    sourceRelease: 35,
    buildRelease: 2,
    architecture: 'x86_64',
    summary: 'An editor',
    description: 'An editor',
    sourceId: 'nano',
    homepage: 'https://example.org',
    licenses: ['GPL-3.0-or-later'],
    depends: [{ kind: 'soname', name: 'libncurses.so.6(x86_64)' }],
    provides: [{ kind: 'binary', name: 'nano' }],
    conflicts: [],
    buildDepends: [],
    ...more,
  };
  return {
    description,
    files: [],
    pathsSha256: '0'.repeat(64),
    collectable: {
      kind: 'package',
      name: packageFileName(description),
      sizeBytes: 10,
      sha256: 'a'.repeat(64),
      ...collectable,
    },
  };
}

it('takes packages that say what was ordered, and passes their capabilities on', () => {
  expect(checkArtefacts(EXPECTED, [artefact(), artefact({ name: 'nano-docs' })])).toMatchObject({
    ok: true,
    value: [
      { name: 'nano', depends: ['soname(libncurses.so.6(x86_64))'], provides: ['binary(nano)'] },
      { name: 'nano-docs' },
    ],
  });
});

it.each<[string, ReadArtefact]>([
  ['another source', artefact({ sourceId: 'vim' })],
  ['another version', artefact({ version: '8.5' })],
  ['another source release', artefact({ sourceRelease: 36 })],
  ['another build release', artefact({ buildRelease: 1 })],
  ['another architecture', artefact({ architecture: 'aarch64' })],
  ['another file name', artefact({}, { name: 'nano.stone' })],
])('refuses a package of %s', (_what, wrong) => {
  expect(checkArtefacts(EXPECTED, [artefact({ name: 'other' }), wrong])).toMatchObject({
    ok: false,
    error: { code: 'artefacts.metadata-mismatch' },
  });
});

it('refuses two packages of one name', () => {
  expect(checkArtefacts(EXPECTED, [artefact(), artefact()])).toMatchObject({
    error: { code: 'artefacts.metadata-mismatch' },
  });
});

it('refuses a capability that is too long to pass on', () => {
  const provides = [{ kind: 'binary' as const, name: 'x'.repeat(600) }];
  expect(checkArtefacts(EXPECTED, [artefact({ provides })])).toMatchObject({
    error: { code: 'stone.invalid' },
  });
});

it('refuses more capabilities than one message holds', () => {
  const provides = Array.from({ length: 3_000 }, (_, n) => ({
    kind: 'binary' as const,
    name: `${n}`.padEnd(400, 'x'),
  }));
  expect(checkArtefacts(EXPECTED, [artefact({ provides })])).toMatchObject({
    error: { code: 'artefacts.description-too-large' },
  });
});

it('refuses a build without a package, before anything is fetched', () => {
  const { collectable } = artefact({}, { kind: 'manifest-bin', name: 'manifest.x86_64.bin' });
  expect(checkCollectables([collectable])).toMatchObject({
    error: { code: 'artefacts.missing-package' },
  });
});

it('refuses more bytes than one build may hand over', () => {
  const { collectable } = artefact();
  const half = { ...collectable, sizeBytes: 32 * GIB };
  const rest = { ...half, name: 'b', sha256: 'b'.repeat(64) };
  expect(checkCollectables([half, rest])).toMatchObject({ ok: true });
  // The same bytes under two names are fetched once.
  expect(checkCollectables([half, rest, { ...rest, name: 'c' }])).toMatchObject({ ok: true });
  expect(checkCollectables([half, { ...rest, sizeBytes: 32 * GIB + 1 }])).toMatchObject({
    error: { code: 'artefacts.too-large' },
  });
});

it('refuses one hash with two sizes, and one name twice', () => {
  const { collectable } = artefact();
  expect(
    checkCollectables([collectable, { ...collectable, name: 'b', sizeBytes: 11 }]),
  ).toMatchObject({ error: { code: 'artefacts.size-mismatch' } });
  expect(checkCollectables([collectable, collectable])).toMatchObject({ ok: false });
});
