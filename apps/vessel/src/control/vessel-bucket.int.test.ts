// The whole service with its packages in a bucket, as its configuration starts it.
import { eventually, S3_TEST_KEYS, testServers } from '@cairn/testing';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { publisher } from './publisher.conformance.js';
import {
  buildPackage,
  createWorld,
  outcomeOf,
  sha256Of,
  type TestBuilder,
  type World,
} from './vessel-world.conformance.js';

const STAGNATION_SECONDS = 1;
const servers = testServers({ postgres: 'shared', s3: { bucket: 'packages' } });
let world: World;
let vessel: Awaited<ReturnType<World['start']>>;
let builder: TestBuilder;

beforeAll(async () => {
  for (const [name, value] of Object.entries(S3_TEST_KEYS)) vi.stubEnv(name, value);
  world = await createWorld(servers.postgres);
  const environment = await world.environment({
    VESSEL_S3_BUCKET: 'packages',
    VESSEL_S3_REGION: 'us-east-1',
    VESSEL_S3_ENDPOINT: servers.s3.url,
    VESSEL_S3_PATH_STYLE: 'true',
    VESSEL_STAGNATION_SECONDS: String(STAGNATION_SECONDS),
  });
  vessel = await world.start(environment);
  builder = await world.builder();
});
afterAll(async () => {
  await vessel.stop();
  await world.stop();
  vi.unstubAllEnvs();
});

const { newChannel, order, publish, publicFile, get, rootIndex, indexAt } = publisher({
  world: () => world,
  vessel: () => vessel,
  builder: () => builder,
});

async function readiness() {
  const response = await fetch(`${vessel.url}/readyz`);
  const report = (await response.json()) as { checks: Record<string, { status: string }> };
  return { status: response.status, blobs: report.checks['blobs']?.status };
}

it('brings a package from its builder through the bucket to clients', async () => {
  const channel = await newChannel();
  const nano = await buildPackage(world.dir, { name: 'nano' });
  await publish(channel, [nano]);
  const { history = '' } = (await rootIndex(channel)).streams['volatile'] ?? {};
  const [listed] = await indexAt(channel, history);
  const { href } = new URL(
    listed?.uri ?? '',
    `${vessel.url}/${channel}/history/${history}/x86_64/`,
  );
  expect(sha256Of(await get(href.slice(vessel.url.length + 1)))).toBe(nano.collectable.sha256);
  expect(readdirSync(publicFile(channel))).not.toContain('pool');
  expect(readdirSync(join(vessel.config.dataDir, 'pool'))).toEqual([]);
});

it('reports the bucket, and gives no import up because of it', async () => {
  const channel = await newChannel();
  expect(await readiness()).toEqual({ status: 200, blobs: 'up' });
  await servers.s3.stop();
  expect(await readiness()).toEqual({ status: 503, blobs: 'down' });
  const late = await buildPackage(world.dir, { name: 'late' });
  const importId = await order({ channel, changeSetId: randomUUID(), builds: [late] });
  await sleep(3_000 * STAGNATION_SECONDS);
  expect(world.heard.imports.get(importId)).toBeUndefined();
  await servers.restart('s3');
  expect(await outcomeOf(world, importId)).toMatchObject({ kind: 'staged' });
  await eventually(async () => expect((await readiness()).status).toBe(200));
}, 40_000);
