import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { encodeIndex } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { expect, it } from 'vitest';
import { BuildBench, REPOSITORY_ROOT } from '../build-bench.conformance.js';
import { sandboxExecutor } from './sandbox-executor.js';

const bench = new BuildBench();
const executor = sandboxExecutor();
const recipeDir = path.join(REPOSITORY_ROOT, 'samples/recipes');

it('takes build dependencies from a repository by its index, and refuses a stone with other bytes', async () => {
  const built = await bench.build(
    executor,
    bench.order({ recipeDir, recipeFile: 'l/libgreet/stone.yaml' }),
  );
  if (built.outcome.outcome === 'failure') throw new Error(built.log);
  const { collectables, packages } = built.outcome;
  const root = path.join(bench.root, 'repository');
  const indexDir = path.join(root, 'history/1/x86_64');
  cpSync(built.outDir, path.join(root, 'pool'), { recursive: true });
  mkdirSync(indexDir, { recursive: true });
  const entries = packages.map((stonePackage, index) => {
    const { name = '', sha256 = '', sizeBytes = 0 } = collectables[index] ?? {};
    return { ...stonePackage, uri: `../../../pool/${name}`, hash: sha256, sizeBytes };
  });
  const index = encodeIndex(entries, await loadCodec());
  if (!index.ok) throw new Error(index.error.code);
  writeFileSync(path.join(indexDir, 'stone.index'), index.value);
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(path.join(root, new URL(request.url ?? '/', 'http://x').pathname)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const indexUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/history/1/x86_64/stone.index`;
  const order = (more: { indexUrl: string; cache: string }) =>
    bench.order({
      recipeDir,
      recipeFile: 'g/greeter/stone.yaml',
      downloadCacheDir: path.join(bench.root, more.cache),
      dependencies: { repositories: [{ name: 'main', priority: 10, indexUrl: more.indexUrl }] },
    });
  try {
    const good = await bench.build(executor, order({ indexUrl, cache: 'cache-a' }));
    expect(good.outcome.outcome, good.log).toBe('success');
    expect(good.log).toContain('from main: libgreet-devel 1.2.0-1-1\n');
    for (const name of readdirSync(path.join(root, 'pool')))
      writeFileSync(path.join(root, 'pool', name), 'other bytes');
    const forged = await bench.build(executor, order({ indexUrl, cache: 'cache-b' }));
    expect(forged.outcome).toMatchObject({
      class: 'infrastructure',
      code: 'build.dependency-unavailable',
      phase: 'dependencies',
    });
    const cached = await bench.build(
      executor,
      order({ indexUrl: `file://${indexDir}/stone.index`, cache: 'cache-a' }),
    );
    expect(cached.outcome.outcome, cached.log).toBe('success');
  } finally {
    server.close();
  }
  const gone = await bench.build(executor, order({ indexUrl, cache: 'cache-c' }));
  expect(gone.outcome).toMatchObject({
    class: 'infrastructure',
    code: 'build.dependency-unavailable',
  });
});
