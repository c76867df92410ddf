// `cairn vessel …` as it is shipped: a process of its own beside the service, on the same database and folder.
import { indexDirectory } from '@cairn/stone-files';
import { eventually, testServers } from '@cairn/testing';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  buildPackage,
  createWorld,
  REPOSITORY_ROOT,
  type World,
} from './control/vessel-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const BIN = join(REPOSITORY_ROOT, 'node_modules/.bin');
const ADMIN = join(REPOSITORY_ROOT, 'apps/vessel/dist/admin.js');
const BUILD_TIMEOUT_MS = 240_000;
const TEST_TIMEOUT_MS = 60_000;

let world: World;

beforeAll(async () => {
  execFileSync(join(BIN, 'tsc'), ['-b', 'apps/vessel/tsconfig.build.json'], {
    cwd: REPOSITORY_ROOT,
    stdio: 'inherit',
  });
  world = await createWorld(servers.postgres);
}, BUILD_TIMEOUT_MS);
afterAll(() => world.stop());

function startAdmin(environment: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(join(BIN, 'node'), [ADMIN, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const ended = once(child, 'close').then(() => ({ exitCode: child.exitCode, text, complaint }));
  return { child, ended };
}

/** A folder with a package for each name, and an index of them. */
async function stonesOf(...names: string[]): Promise<string> {
  const dir = join(world.dir, `stones-${randomUUID()}`);
  mkdirSync(dir);
  for (const name of names) {
    const { bytes } = await buildPackage(world.dir, { name }, randomBytes(100_000));
    writeFileSync(join(dir, `${name}.stone`), bytes);
  }
  const index = await indexDirectory(dir);
  if (!index.ok) throw new Error(index.error.error.code);
  writeFileSync(join(dir, 'stone.index'), index.value.bytes);
  return dir;
}

/** Serves a folder; of packages only the first half until `gate` opens. */
async function serveSlowly(dir: string, gate: Promise<unknown>) {
  const server = createServer((request, response) => {
    const bytes = readFileSync(join(dir, request.url ?? ''));
    if (request.url?.endsWith('.stone') !== true) return response.end(bytes);
    const half = bytes.byteLength >> 1;
    response.write(bytes.subarray(0, half));
    void gate.then(() => response.end(bytes.subarray(half)));
    return response;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** What is being brought: files in the folder that are not empty. */
function arrivingIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir).filter((name) => statSync(join(dir, name)).size > 0);
}

it(
  'leaves a seed under way alone when a vessel takes the lead, and clears up after one that was killed',
  async () => {
    const environment = await world.environment();
    const dataDir = environment['VESSEL_DATA_DIR'] ?? '';
    const incoming = join(dataDir, 'incoming');
    const gate = Promise.withResolvers<undefined>();
    const source = await serveSlowly(await stonesOf('late'), gate.promise);
    const seed = ['seed', `${source.url}/stone.index`, '--channel', 'main', '--json'];
    try {
      const killed = startAdmin(environment, ...seed);
      const [left = ''] = await eventually(() => {
        const names = arrivingIn(incoming);
        expect(names).toHaveLength(1);
        return names;
      });
      killed.child.kill('SIGKILL');
      await killed.ended;
      const other = startAdmin(environment, ...seed);
      const arriving = await eventually(() => {
        const names = arrivingIn(incoming).filter((name) => name !== left);
        expect(names).toHaveLength(1);
        return names;
      });
      expect(arrivingIn(incoming)).toContain(left);

      const vessel = await world.start(environment);
      try {
        await eventually(() => expect(arrivingIn(incoming)).toEqual(arriving));
        gate.resolve(undefined);
        const { exitCode, text } = await other.ended;
        expect(JSON.parse(text)).toMatchObject({ accepted: 1, refused: [] });
        expect(exitCode).toBe(0);
        expect(readdirSync(incoming)).toEqual([]);
      } finally {
        await vessel.stop();
      }
    } finally {
      source.close();
    }
  },
  TEST_TIMEOUT_MS,
);
