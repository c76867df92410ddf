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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe(
  'ends with one line and an exit code that says whose fault it is',
  () => {
    let environment: Record<string, string>;
    let stones: string;
    let dir: string;

    beforeAll(async () => {
      environment = await world.environment();
      stones = await stonesOf('good');
      dir = join(world.dir, 'faults');
      mkdirSync(dir);
      mkdirSync(join(dir, 'empty'));
      for (const [name, text] of [
        ['malformed', '{"format": 1, "chann'],
        ['foreign', '{"format": 7}'],
        ['escaping', '{"format":1,"channels":[{"name":"../x"}],"yanked":[]}'],
      ] as const) {
        mkdirSync(join(dir, name));
        writeFileSync(join(dir, name, 'vessel-backup.json'), text);
      }
      mkdirSync(join(dir, 'folder/vessel-backup.json'), { recursive: true });
      writeFileSync(join(dir, 'bad.index'), 'no index');
      writeFileSync(join(dir, 'file'), '');
    });

    async function fails(
      args: readonly string[],
      changed: Record<string, string | undefined> = {},
    ) {
      const given = Object.entries({ ...environment, ...changed });
      const present = given.filter((pair): pair is [string, string] => pair[1] !== undefined);
      const { exitCode, text, complaint } = await startAdmin(Object.fromEntries(present), ...args)
        .ended;
      expect(text).toBe('');
      expect(complaint.trim().split('\n')).toHaveLength(1);
      const code = /^cairn vessel: .* \(([a-z.-]+)\)\. [A-Z].*\.\n$/.exec(complaint)?.[1];
      return [exitCode, code ?? complaint];
    }

    const here = (name: string) => join(dir, name);
    const toMain = ['--channel', 'main'];

    it('for a wrong command line', async () => {
      const usage = [2, 'cli.usage'];
      expect(await fails(['sow'])).toEqual(usage);
      expect(await fails(['seed', stones])).toEqual(usage);
      expect(await fails(['seed', stones, '--channel', '../x'])).toEqual(usage);
      expect(await fails(['seed', stones, ...toMain, '--stream', 'a/b'])).toEqual(usage);
    });

    it('for a source that cannot be used', async () => {
      const unreadable = [2, 'vessel.source-unreadable'];
      expect(await fails(['seed', here('none'), ...toMain])).toEqual(unreadable);
      expect(await fails(['seed', '/dev/zero', ...toMain])).toEqual(unreadable);
      const invalid = [2, 'vessel.source-invalid'];
      expect(await fails(['seed', here('bad.index'), ...toMain])).toEqual(invalid);
      expect(await fails(['seed', here('empty'), ...toMain])).toEqual(invalid);
      expect(await fails(['seed', 'http://127.0.0.1:1/stone.index', ...toMain])).toEqual([
        4,
        'vessel.source-unreachable',
      ]);
    });

    it('for a backup that is missing or malformed', async () => {
      const unreadable = [2, 'vessel.backup-unreadable'];
      expect(await fails(['restore', here('none')])).toEqual(unreadable);
      expect(await fails(['restore', here('empty')])).toEqual(unreadable);
      expect(await fails(['restore', here('folder')])).toEqual(unreadable);
      const invalid = [2, 'vessel.backup-invalid'];
      expect(await fails(['restore', here('malformed')])).toEqual(invalid);
      expect(await fails(['restore', here('foreign')])).toEqual(invalid);
      expect(await fails(['restore', here('escaping')])).toEqual(invalid);
      expect(await fails(['backup', here('file')])).toEqual([2, 'vessel.backup-unwritable']);
    });

    it('for what it needs besides', async () => {
      expect(await fails(['restore'])).toEqual([2, 'vessel.folder-unreadable']);
      const seed = ['seed', stones, ...toMain];
      expect(await fails(seed, { VESSEL_DATA_DIR: undefined })).toEqual([
        2,
        'vessel.configuration-invalid',
      ]);
      expect(await fails(seed, { VESSEL_SIGNING_KEYS_FILE: here('none') })).toEqual([
        2,
        'vessel.configuration-invalid',
      ]);
      const VESSEL_DATABASE_URL = 'postgres://cairn@127.0.0.1:1/none';
      for (const args of [seed, ['restore'], ['backup', here('to')]]) {
        expect(await fails(args, { VESSEL_DATABASE_URL })).toEqual([
          4,
          'vessel.database-unreachable',
        ]);
      }
    });

    it('for a database that is in use, after it did what it could', async () => {
      const seeded = await startAdmin(environment, 'seed', stones, ...toMain).ended;
      expect(seeded).toMatchObject({ exitCode: 0 });
      expect(await fails(['restore'])).toEqual([1, 'vessel.database-not-empty']);
      expect(await startAdmin(environment, 'backup', here('saved')).ended).toMatchObject({
        exitCode: 0,
      });
      writeFileSync(join(stones, 'bad.stone'), 'no stone');
      const partly = await startAdmin(environment, 'seed', stones, ...toMain).ended;
      expect(partly).toMatchObject({ exitCode: 1 });
      expect(partly.text).toContain('bad.stone: stone.');
    });
  },
  TEST_TIMEOUT_MS,
);
