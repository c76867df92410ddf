import { openDocument, readSigningKeys, readTrustedKeys, type SignedDocument } from '@cairn/auth';
import { ROOT_STATEMENT_TYPE, type RootStatement } from '@cairn/contracts';
import type { Instant } from '@cairn/std';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openRepository,
  smallPackage,
  type RepositoryWorld,
} from '../control/repository-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
const pem = { format: 'pem' } as const;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = readSigningKeys(privateKey.export({ type: 'pkcs8', ...pem }).toString());
const trusted = readTrustedKeys(publicKey.export({ type: 'spki', ...pem }).toString());
let world: RepositoryWorld;

beforeAll(async () => {
  const clock = new ManualClock(Date.now() as Instant);
  const signing = { keys, validDays: 30 };
  world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock, signing });
  await world.channels.ensure({ channel: 'main', architectures: ['x86_64'] });
});
afterAll(async () => {
  await world.close();
  folder.remove();
});

const path = (suffix = '') => join(world.publicDir, `main/moss-root-index.json${suffix}`);
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The hashes of the root indexes that the signature covers. */
function covered(): readonly string[] {
  const { statements } = JSON.parse(readFileSync(path('.sig'), 'utf8')) as {
    statements: SignedDocument[];
  };
  return statements.map((statement) => {
    const opened = openDocument(statement, ROOT_STATEMENT_TYPE, trusted);
    if (!opened.ok) throw new Error(opened.error);
    return (JSON.parse(Buffer.from(opened.value).toString()) as RootStatement).root.sha256;
  });
}

it('covers the former root index, its twin and the new one while one follows the other', async () => {
  await world.publish('main', [smallPackage({ name: 'one' })]);
  const before = readFileSync(path());
  const twinBefore = readFileSync(path('.zst'));
  await world.publish('main', [smallPackage({ name: 'two' })]);
  const between = readFileSync(path());
  const twin = zstdDecompressSync(readFileSync(path('.zst')));
  expect(twin.equals(between)).toBe(true);
  expect(covered()).toEqual(expect.arrayContaining([between, before].map(sha256Of)));

  // Killed after signature and twin, before the root index: readers find the former one.
  writeFileSync(path(), before);
  await world.publish('main', [smallPackage({ name: 'three' })]);
  const after = readFileSync(path());
  expect(covered()).toEqual(expect.arrayContaining([after, before, between].map(sha256Of)));

  // Killed before the twin as well.
  writeFileSync(path(), before);
  writeFileSync(path('.zst'), twinBefore);
  await world.publish('main', [smallPackage({ name: 'four' })]);
  const all = [readFileSync(path()), before].map(sha256Of);
  expect(covered()).toEqual(expect.arrayContaining(all));
});
