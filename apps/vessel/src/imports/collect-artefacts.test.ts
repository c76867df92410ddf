import { readStone } from '@cairn/stone-files';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { collectArtefacts } from './collect-artefacts.js';
import { IncomingFiles } from './incoming-files.js';

const STONES = resolve(import.meta.dirname, '../../../../../shared/data/stones');
const hasData = existsSync(STONES);
if (!hasData) console.log('collect-artefacts.test.ts: shared/data/stones is absent, skipped');

const dir = mkdtempSync(join(tmpdir(), 'cairn-collect-'));
afterAll(() => rmSync(dir, { recursive: true }));
let imports = 0;

/** Imports one file from disk as the only package of a build that ordered exactly what `expected` says. */
async function collect(file: string, expected: Partial<Record<string, unknown>> = {}) {
  const bytes = readFileSync(file);
  imports += 1;
  return collectArtefacts({
    order: {
      importId: `import-${imports}`,
      changeSetId: 'set',
      channel: 'main',
      stream: 'volatile',
      builderId: 'builder',
      expected: {
        source: 'foo',
        version: '1.0',
        sourceRelease: 1,
        buildRelease: 1,
        architecture: 'x86_64',
        ...expected,
      },
      collectables: [
        {
          kind: 'package',
          name: file.slice(file.lastIndexOf('/') + 1),
          sizeBytes: bytes.byteLength,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      ],
    },
    gateway: {
      read: async ({ offset, lengthBytes }) => ({
        sizeBytes: bytes.byteLength,
        bytes: bytes.subarray(offset, offset + lengthBytes),
      }),
    },
    incoming: new IncomingFiles(dir),
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}

describe.skipIf(!hasData)('with files from elsewhere', () => {
  const verdicts = hasData
    ? (JSON.parse(readFileSync(join(STONES, 'malformed/expected.json'), 'utf8')) as Record<
        string,
        { readonly verdict: string }
      >)
    : {};
  const refused = Object.entries(verdicts)
    .filter(([, { verdict }]) => verdict === 'reject')
    .map(([name]) => `${name}.stone`)
    .filter((name) => existsSync(join(STONES, 'malformed', name)));

  it.each(refused)('refuses %s for what it is, whatever was ordered', async (name) => {
    const collected = await collect(join(STONES, 'malformed', name));
    expect(collected).toMatchObject({ ok: false, error: { code: 'stone.invalid' } });
    expect(collected.ok ? '' : collected.error.message).toMatch(/\(stone\.[a-z0-9-]+\)/);
  });

  it('has enough of them', () => {
    expect(refused.length).toBeGreaterThan(60);
  });

  const samples = hasData
    ? readdirSync(join(STONES, 'samples')).filter((name) => /^nano.*\.stone$/.test(name))
    : [];

  it.each(samples)('takes the real package %s when it was ordered', async (name) => {
    const file = join(STONES, 'samples', name);
    const read = await readStone(file);
    if (!read.ok) throw new Error(read.error.code);
    const { sourceId: source, version, sourceRelease, buildRelease } = read.value.package;
    const collected = await collect(file, { source, version, sourceRelease, buildRelease });
    expect(collected).toMatchObject({
      ok: true,
      value: { packages: [{ name: read.value.package.name }] },
    });
    expect(await collect(file, { source, version, sourceRelease: 1, buildRelease })).toMatchObject({
      error: { code: 'artefacts.metadata-mismatch' },
    });
  });
});
