// What must not be there when all work is done: files that no row knows, rows without their file, drafts.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { VesselDatabase } from '../persistence/vessel-database.js';

/** Every difference between the rows and what lies in the data folder; paths are relative to it. */
export async function differencesOf(
  db: VesselDatabase,
  dataDir: string,
): Promise<readonly string[]> {
  const { client } = db;
  const wanted = new Set<string>();
  for (const { sha256 } of await client.blob.findMany({ select: { sha256: true } })) {
    wanted.add(`pool/${sha256.slice(0, 2)}/${sha256}`);
  }
  const channels = await client.channel.findMany({
    include: { poolObjects: true, versions: true },
  });
  for (const { name, poolObjects, versions } of channels) {
    const at = `public/${name}`;
    for (const suffix of ['', '.zst', '.sig']) wanted.add(`${at}/moss-root-index.json${suffix}`);
    for (const { path } of poolObjects) wanted.add(`${at}/${path}`);
    for (const { history, kind, architectures } of versions) {
      const manifests = kind === 'published' ? ['manifest.json', 'manifest.json.sig'] : [];
      const indexes = architectures.map((architecture) => `${architecture}/stone.index`);
      for (const file of [...manifests, ...indexes]) wanted.add(`${at}/history/${history}/${file}`);
    }
  }
  const open = await client.import.findMany({ where: { state: 'open' }, include: { items: true } });
  const awaited = open.flatMap(({ id, items }) =>
    items.map(({ sha256 }) => `incoming/${id}/${sha256}`),
  );
  const found = new Set(['pool', 'public', 'incoming'].flatMap((dir) => filesBelow(dataDir, dir)));
  return [
    ...[...found]
      .filter((file) => !wanted.has(file) && !awaited.includes(file))
      .map((file) => `a file without a row: ${file}`),
    ...[...wanted]
      .filter((file) => !found.has(file))
      .map((file) => `a row without a file: ${file}`),
  ].sort();
}

function filesBelow(dataDir: string, dir: string): string[] {
  const root = join(dataDir, dir);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dataDir.length + 1));
}
