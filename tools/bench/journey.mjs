// Times of a package's whole way through the real system (durable servers, compiled apps, one builder); one JSON object.
// Needs the build (`npm run build`).
//   node tools/bench/journey.mjs [--builds 20]        (CAIRN_TEST_S: seconds that `npm test` took, passed through)
//
// One recipe without upstreams or compiler is built again and again by commits that raise its release, one at a time.
//   commit_to_task_ms        our clock when `git commit` returned and a refresh is asked for by the API → task.createdAt
//   ready_to_dispatched_ms   task.createdAt (it has no dependencies, so it is ready) → attempt.startedAt, when the builder
//                            has journalled the order and summit has stored its answer; until the order is stored only:
//                            ready_to_order_stored_ms
//   result_to_installable_ms attempt.reportedAt → task.endedAt, stored after vessel said that the version is public
//   raw_ms                   one request over a NATS of its own without authentication, answered at once, plus one insert
//                            committed durably to the same Postgres, right before each build
//   dispatch_vs_raw          median of ready_to_dispatched_ms / median of raw_ms
//   start_cold_s             servers, databases, migrations, services and an enrolled builder in an empty folder, to ready
//   start_warm_s             the same again with the data of the whole run
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, chmodSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import {
  applyProject,
  getTask,
  listTasks,
  refreshRepository,
} from '../../libs/contracts/dist/index.js';
import { createDatabase, databaseUrl, startNats } from '../../libs/testing/dist/launcher.js';
import { Stack } from '../../libs/testing/dist/stack-door.js';

const SOURCE = 'no-op';
const POLL_INTERVAL_MS = 20;
const BUILD_TIMEOUT_MS = 120_000;
const { values } = parseArgs({ options: { builds: { type: 'string', default: '20' } } });
const builds = Math.max(1, Number(values.builds));
const dir = mkdtempSync(join(tmpdir(), 'cairn-journey-'));
chmodSync(dir, 0o711);

try {
  console.log(JSON.stringify(await report(), undefined, 2));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function report() {
  const cold = await start();
  const raw = await rawPeers(cold.stack);
  const samples = [];
  try {
    const hub = await project(cold.stack);
    // The first build fills caches that later ones find.
    for (let release = 1; release <= builds + 1; release += 1) {
      const rawMs = await raw.measure();
      const times = await journey(hub, release);
      if (release > 1) samples.push({ ...times, rawMs });
    }
    await assertInstallable(cold.stack, hub);
  } finally {
    await raw.close();
    await cold.stack.stop();
  }
  const warm = await start();
  await warm.stack.stop();
  const of = (name) => summary(samples.map((sample) => sample[name]));
  const dispatched = of('readyToDispatchedMs');
  return {
    node: process.version,
    cpus: availableParallelism(),
    builds,
    commit_to_task_ms: of('commitToTaskMs'),
    ready_to_dispatched_ms: dispatched,
    ready_to_order_stored_ms: of('readyToOrderStoredMs'),
    result_to_installable_ms: of('resultToInstallableMs'),
    raw_ms: of('rawMs'),
    dispatch_vs_raw: round(dispatched.median / of('rawMs').median),
    start_cold_s: round(cold.seconds),
    start_warm_s: round(warm.seconds),
    test_s: process.env.CAIRN_TEST_S === undefined ? null : Number(process.env.CAIRN_TEST_S),
  };
}

async function start() {
  const startedAt = performance.now();
  const stack = await Stack.start({ dir: join(dir, 'data'), durable: true });
  try {
    await stack.startBuilder('local-1');
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return { stack, seconds: (performance.now() - startedAt) / 1_000 };
}

async function project(stack) {
  mkdirSync(join(dir, 'recipes', SOURCE), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  git('commit', '--quiet', '--allow-empty', '--message=begin');
  const hub = await stack.admin();
  const document = JSON.stringify({
    project: 'bench',
    profiles: [{ name: 'main', architecture: 'x86_64', channel: 'main' }],
    repositories: [{ name: 'recipes', url: join(dir, 'recipes'), refreshSeconds: 86_400 }],
  });
  await hub.call(applyProject, { body: { document } });
  return hub;
}

async function journey(hub, release) {
  writeFileSync(join(dir, 'recipes', SOURCE, 'stone.yaml'), recipe(release));
  git('add', '--all');
  git('commit', '--quiet', '--message=release');
  const committedAt = Date.now();
  await hub.call(refreshRepository, { params: { project: 'bench', repository: 'recipes' } });
  const task = await completed(hub, release);
  const attempt = task.attempts.at(-1);
  if (task.attempts.length !== 1) throw new Error(`release ${release} took several attempts`);
  return {
    commitToTaskMs: task.createdAt - committedAt,
    readyToOrderStoredMs: attempt.dispatchedAt - task.createdAt,
    readyToDispatchedMs: attempt.startedAt - task.createdAt,
    resultToInstallableMs: task.endedAt - attempt.reportedAt,
  };
}

async function completed(hub, release) {
  const deadline = performance.now() + BUILD_TIMEOUT_MS;
  for (;;) {
    const { tasks } = await hub.call(listTasks, { query: { source: SOURCE, limit: 1 } });
    const [task] = tasks;
    if (task?.sourceRelease === release && task.state === 'completed')
      return hub.call(getTask, { params: { taskId: task.id } });
    if (performance.now() > deadline || task?.state === 'failed')
      throw new Error(`release ${release} was not built: ${JSON.stringify(task)}`);
    await sleep(POLL_INTERVAL_MS);
  }
}

/** What was measured really lies in the channel. */
async function assertInstallable(stack, hub) {
  const root = await (await fetch(`${stack.vesselUrl}/main/moss-root-index.json`)).json();
  const { tasks } = await hub.call(listTasks, { query: { source: SOURCE, limit: 500 } });
  if (root.streams.volatile.history !== tasks[0].publishedHistory)
    throw new Error('the stream does not point to the last release');
  const missing = tasks.filter((task) => root.history[task.publishedHistory] === undefined);
  if (missing.length > 0) throw new Error(`${missing.length} releases have no version`);
}

/** The least that a dispatch could be: one request and one durable commit. */
async function rawPeers(stack) {
  const server = await startNats({ dir: join(dir, 'raw-nats') });
  const [asker, answerer] = await Promise.all([
    connect({ servers: server.url }),
    connect({ servers: server.url }),
  ]);
  answerer.subscribe('raw', { callback: (_error, message) => message.respond(message.data) });
  await answerer.flush();
  const address = { url: stack.servers.get('postgres').url };
  await createDatabase(address, 'bench');
  const client = new pg.Client({ connectionString: databaseUrl(address, 'bench') });
  await client.connect();
  await client.query('CREATE TABLE note (id bigserial PRIMARY KEY, body jsonb)');
  const body = JSON.stringify({ order: 'x'.repeat(1_000) });
  return {
    async measure() {
      const startedAt = performance.now();
      await asker.request('raw', body);
      await client.query('INSERT INTO note (body) VALUES ($1)', [body]);
      return performance.now() - startedAt;
    },
    async close() {
      await Promise.allSettled([asker.close(), answerer.close(), client.end()]);
      await server.stop();
    },
  };
}

function recipe(release) {
  return `name: ${SOURCE}
version: '1.0'
release: ${release}
homepage: https://example.org/${SOURCE}
summary: Nothing but a file
description: |
  Made to be timed.
license: MPL-2.0
install: |
  mkdir -p %(installroot)%(datadir)/${SOURCE}
  echo ${release} > %(installroot)%(datadir)/${SOURCE}/release
`;
}

function git(...args) {
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
  execFileSync('git', ['-C', join(dir, 'recipes'), ...identity, ...args], { stdio: 'pipe' });
}

function summary(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 0 ? (sorted[middle - 1] + sorted[middle]) / 2 : at(0.5);
  return { median: round(median), p95: round(at(0.95)) };
}

function round(number) {
  return Math.round(number * 100) / 100;
}
