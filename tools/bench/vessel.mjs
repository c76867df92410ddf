// Times of publishing and serving, against reprepro and nginx; one JSON object. Durable Postgres, compiled apps, real fsync.
// Needs the build (`npm run build`); reprepro, nginx and wrk are Debian packages, and what is missing is null in the report.
//   node tools/bench/vessel.mjs [--small]       --small: a tenth of every size, to see that it runs
//
//   publish_ms.<n>       one package into a channel of n: from the stored wish to the swapped root index (decision, durable
//                        commit, index, fsync, swap), median of 7
//   growth_exponent      log(publish_ms at 40,000 / at 400) / log(100)
//   publish_1000_ms      a change set of 1,000 packages into 4,000, median of 3
//   publish_vs_reprepro  publish_ms.4000 / median of 5 × `reprepro includedeb` of one small .deb into 4,000
//   get_vs_nginx         requests per second, vessel / nginx on the same folder, `wrk -c32`: `index` the package index of
//                        4,000, `stones` 2,000 stones of 1 MB at random
//   bytes_per_version    (growth of database and public folder) / versions, with 10,000 versions of 4,000 entries whose
//                        indexes were put away except for those that are named or young
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { openBlobStorage } from '../../apps/vessel/dist/control/blob-storage.js';
import { createRepository, dataFolders } from '../../apps/vessel/dist/control/repository.js';
import { VesselDatabase } from '../../apps/vessel/dist/persistence/vessel-database.js';
import { DraftNames } from '../../apps/vessel/dist/pool/domain/draft-name.js';
import { declareMetrics } from '../../apps/vessel/dist/vessel-metrics.js';
import { createLogger, Metrics } from '../../libs/observability/dist/index.js';
import { migrateDeploy } from '../../libs/persistence/dist/index.js';
import { packageFileName } from '../../libs/stone/dist/index.js';
import { createDatabase, startPostgres } from '../../libs/testing/dist/launcher.js';

const { values } = parseArgs({ options: { small: { type: 'boolean', default: false } } });
const scale = values.small ? 0.1 : 1;
const scaled = (count) => Math.max(10, Math.round(count * scale));
const ROOT = join(import.meta.dirname, '../..');
const CHANNEL = 'main';
const NEXT = 'next';
const HOUR_MS = 3_600_000;
const note = (text) => process.stderr.write(`${text}\n`);
const dir = mkdtempSync(join(tmpdir(), 'cairn-vessel-'));
let postgres;

try {
  postgres = await startPostgres({ dir: join(dir, 'postgres'), durable: true });
  console.log(JSON.stringify(await report(), undefined, 2));
} finally {
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function report() {
  const publish = {};
  for (const entries of [400, 4_000, 40_000]) {
    publish[entries] = await publishInto(scaled(entries));
    note(`publish into ${scaled(entries)}: ${publish[entries]} ms`);
  }
  const many = await publishMany(scaled(1_000), scaled(4_000));
  note(`publish many: ${many} ms`);
  const reprepro = await repreproInto(scaled(4_000));
  note(`reprepro: ${reprepro} ms`);
  const gets = await getsPerSecond();
  note(`gets: ${JSON.stringify(gets)}`);
  const bytesPerVersion = await spacePerVersion(scaled(10_000), scaled(4_000));
  return {
    node: process.version,
    cpus: availableParallelism(),
    load: loadavg()[0],
    scale,
    publish_ms: publish,
    growth_exponent: round(Math.log(publish[40_000] / publish[400]) / Math.log(100), 3),
    publish_1000_ms: many,
    reprepro_ms: reprepro,
    publish_vs_reprepro: reprepro === null ? null : round(publish[4_000] / reprepro, 3),
    get_vs_nginx: gets,
    bytes_per_version: bytesPerVersion,
  };
}

async function openWorld() {
  const url = await createDatabase(postgres, `bench_${randomUUID().replaceAll('-', '')}`);
  await migrateDeploy({ connectionString: url, dir: join(ROOT, 'prisma/vessel/migrations') });
  const db = new VesselDatabase(url);
  const dataDir = join(dir, randomUUID());
  const folders = dataFolders(dataDir);
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const time = { ms: Date.now() };
  const drafts = new DraftNames(randomUUID());
  const repository = await createRepository({
    dataDir,
    publicUrl: 'http://127.0.0.1',
    drafts,
    ...openBlobStorage({ dataDir }, { db, drafts }),
    db,
    clock: { now: () => time.ms },
    log: createLogger({ name: 'bench', level: 'silent' }),
    counters: declareMetrics(new Metrics()),
  });
  await repository.channels.ensure({ channel: CHANNEL, architectures: ['x86_64'] });
  const close = async () => {
    await db.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...repository, ...folders, db, url, time, close };
}

/** Capabilities of the size that real packages have. */
function packageOf(number, release = 1) {
  const name = `package-${number}`;
  return {
    ...{ name, version: '1.0', sourceRelease: release, buildRelease: 1, architecture: 'x86_64' },
    summary: `Package number ${number} of a benchmark`,
    description:
      'Text of the length that descriptions of packages have, which is two lines or so. '.repeat(2),
    sourceId: `source-${number % 250}-${Math.floor(number / 250)}`,
    homepage: 'https://example.org/package',
    licenses: ['MPL-2.0'],
    depends: [0, 1, 2, 3].map((n) => ({
      kind: 'soname',
      name: `lib${(number * 7 + n) % 900}.so.1(x86_64)`,
    })),
    provides: [
      { kind: 'binary', name },
      { kind: 'soname', name: `lib${number}.so.1(x86_64)` },
    ],
    conflicts: [],
    buildDepends: [],
  };
}

/** Stages packages that need not be related, in one change set. */
async function stage(world, changeSetId, descriptions, channel = CHANNEL) {
  const packages = descriptions.map((description) => {
    const bytes = Buffer.from(packageFileName(description));
    const path = join(world.incomingDir, randomUUID());
    writeFileSync(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { description, path, sha256, sizeBytes: bytes.byteLength };
  });
  const collectables = packages.map(({ description, sha256, sizeBytes }) => ({
    ...{ kind: 'package', name: packageFileName(description), sha256, sizeBytes },
  }));
  const [{ sourceId: source, version, sourceRelease, buildRelease, architecture }] = descriptions;
  const order = {
    ...{ importId: randomUUID(), changeSetId, channel, builderId: 'bench', collectables },
    expected: { source, version, sourceRelease, buildRelease, architecture },
  };
  await world.importStore.request(order);
  const artefacts = packages.map(({ description }, at) => ({
    ...{ collectable: collectables[at], description, files: [] },
  }));
  const staged = await world.staging.stage({ order, artefacts, packages: [], files: packages });
  if (staged !== 'staged') throw new Error(JSON.stringify(staged));
  for (const { path } of packages) rmSync(path);
}

async function publish(world, changeSetId, channel = CHANNEL) {
  const begin = performance.now();
  await world.publications.request({ changeSetId, channel, stream: 'volatile' });
  await world.publications.runAll(new AbortController().signal);
  const ms = performance.now() - begin;
  const row = await world.db.client.publication.findFirst({ where: { changeSetId } });
  if (row?.state !== 'published') throw new Error(`not published: ${row?.code} ${row?.message}`);
  return ms;
}

async function fill(world, entries) {
  const changeSetId = randomUUID();
  const all = Array.from({ length: entries }, (_, number) => packageOf(number));
  for (let at = 0; at < all.length; at += 5_000)
    await stage(world, changeSetId, all.slice(at, at + 5_000));
  await publish(world, changeSetId);
}

async function publishInto(entries) {
  const world = await openWorld();
  try {
    await fill(world, entries);
    const samples = [];
    for (let release = 2; release < 10; release += 1) {
      const changeSetId = randomUUID();
      await stage(world, changeSetId, [packageOf(release, release)]);
      const ms = await publish(world, changeSetId);
      // The first warms up.
      if (release > 2) samples.push(ms);
    }
    return round(median(samples), 1);
  } finally {
    await world.close();
  }
}

async function publishMany(count, entries) {
  const world = await openWorld();
  try {
    await fill(world, entries);
    const samples = [];
    for (let release = 2; release < 5; release += 1) {
      const changeSetId = randomUUID();
      await stage(
        world,
        changeSetId,
        Array.from({ length: count }, (_, number) => packageOf(number, release)),
      );
      samples.push(await publish(world, changeSetId));
    }
    return round(median(samples), 1);
  } finally {
    await world.close();
  }
}

async function repreproInto(entries) {
  if (!isThere('reprepro')) return null;
  const base = join(dir, 'reprepro');
  mkdirSync(join(base, 'conf'), { recursive: true });
  writeFileSync(
    join(base, 'conf/distributions'),
    'Codename: stable\nComponents: main\nArchitectures: amd64\n',
  );
  const debs = join(dir, 'debs');
  mkdirSync(debs);
  const names = Array.from({ length: entries }, (_, number) =>
    join(debs, `package-${number}_1.0_amd64.deb`),
  );
  for (const [number, path] of names.entries())
    writeFileSync(path, debOf(`package-${number}`, '1.0'));
  const include = (...paths) =>
    execFileSync('reprepro', ['-b', base, '--silent', 'includedeb', 'stable', ...paths]);
  for (let at = 0; at < names.length; at += 500) include(...names.slice(at, at + 500));
  const samples = [];
  for (let release = 2; release < 7; release += 1) {
    const path = join(debs, `package-1_${release}.0_amd64.deb`);
    writeFileSync(path, debOf('package-1', `${release}.0`));
    const begin = performance.now();
    include(path);
    samples.push(performance.now() - begin);
  }
  rmSync(base, { recursive: true, force: true });
  rmSync(debs, { recursive: true, force: true });
  return round(median(samples), 1);
}

/** A small package: an `ar` archive with two tar archives. */
function debOf(name, version) {
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: Bench <bench@example.org>\nSection: misc\nPriority: optional\nDepends: libc6, libm${name.length}\nDescription: Package of a benchmark\n Text of the length that descriptions have.\n`;
  const members = [
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(tarOf('./control', control))],
    ['data.tar.gz', gzipSync(tarOf(`./usr/share/${name}`, `${name} ${version}\n`))],
  ];
  const parts = [Buffer.from('!<arch>\n')];
  for (const [member, bytes] of members) {
    const head = `${member.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\u0060\n`;
    parts.push(Buffer.from(head), bytes, Buffer.from(bytes.length % 2 === 1 ? '\n' : ''));
  }
  return Buffer.concat(parts);
}

function tarOf(name, text) {
  const bytes = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0' + '0000000\0' + '0000000\0', 100);
  header.write(
    `${bytes.length.toString(8).padStart(11, '0')}\0${'0'.padStart(11, '0')}\0        0`,
    124,
  );
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([
    header,
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
    Buffer.alloc(1_024),
  ]);
}

async function getsPerSecond() {
  if (!isThere('nginx') || !isThere('wrk')) return null;
  const world = await openWorld();
  const stones = scaled(2_000);
  const stonesDir = join(world.publicDir, CHANNEL, 'pool/v0/bench');
  try {
    await fill(world, scaled(4_000));
    mkdirSync(stonesDir, { recursive: true });
    for (let number = 0; number < stones; number += 1) {
      writeFileSync(join(stonesDir, `${number}.stone`), randomBytes(1_000_000));
    }
    const history = readdirSync(join(world.publicDir, CHANNEL, 'history'))
      .sort()
      .at(-1);
    const script = join(dir, 'random.lua');
    writeFileSync(
      script,
      `math.randomseed(7)\nrequest = function() return wrk.format("GET", "/${CHANNEL}/pool/v0/bench/" .. math.random(0, ${stones - 1}) .. ".stone") end\n`,
    );
    const paths = {
      index: [`/${CHANNEL}/history/${history}/x86_64/stone.index`],
      stones: [`/${CHANNEL}/`, script],
    };
    const ours = await serveOurs(world.publicDir);
    const theirs = await serveNginx(world.publicDir);
    const found = {};
    try {
      for (const [what, [path, lua]] of Object.entries(paths)) {
        const rates = { ours: [], theirs: [] };
        for (let run = 0; run < 3; run += 1) {
          rates.theirs.push(wrk(`http://127.0.0.1:${theirs.port}${path}`, lua));
          rates.ours.push(wrk(`http://127.0.0.1:${ours.port}${path}`, lua));
        }
        const [vessel, nginx] = [median(rates.ours), median(rates.theirs)];
        found[what] = {
          ratio: round(vessel / nginx, 3),
          vessel: Math.round(vessel),
          nginx: Math.round(nginx),
        };
      }
    } finally {
      theirs.stop();
      await ours.stop();
    }
    return found;
  } finally {
    await world.close();
  }
}

/** In a process of its own, as in production. */
async function serveOurs(publicDir) {
  const server = join(import.meta.dirname, 'serve-folder.mjs');
  const child = spawn(process.execPath, [server, publicDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(Number(String(chunk))));
    child.once('exit', () => reject(new Error('the server ended')));
  });
  return { port, stop: () => child.kill('SIGKILL') };
}

async function serveNginx(publicDir) {
  const port = 20_000 + (process.pid % 20_000);
  const prefix = join(dir, 'nginx');
  mkdirSync(prefix);
  const config = join(prefix, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; pid ${prefix}/pid; error_log ${prefix}/error.log; worker_processes auto;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;
  client_body_temp_path ${prefix}/b; proxy_temp_path ${prefix}/p; fastcgi_temp_path ${prefix}/f; uwsgi_temp_path ${prefix}/u; scgi_temp_path ${prefix}/s;
  server { listen 127.0.0.1:${port}; root ${publicDir}; } }
`,
  );
  const child = spawn('nginx', ['-c', config, '-p', prefix], { stdio: 'ignore' });
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, stop: () => child.kill('SIGTERM') };
}

function wrk(url, script) {
  const seconds = values.small ? '1s' : '5s';
  const args = [
    '-c32',
    '-t2',
    `-d${seconds}`,
    ...(script === undefined ? [] : ['-s', script]),
    url,
  ];
  const text = spawnSync('wrk', args, { encoding: 'utf8' }).stdout;
  const errors = /Non-2xx or 3xx responses: (\d+)/.exec(text);
  if (errors !== null) throw new Error(`${url}: ${errors[0]}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
}

async function spacePerVersion(versions, entries) {
  const world = await openWorld();
  try {
    await fill(world, entries);
    const policy = { retentionDays: null, graceHours: 0 };
    const action = { kind: 'configure', channel: CHANNEL, policy };
    const change = {
      changeId: randomUUID(),
      account: 'bench',
      reason: '',
      isDryRun: false,
      action,
    };
    await world.changes.change(change);
    const before = await spaceOf(world);
    // Every version takes one package over from a channel that has the next release of all of them; the pool's own bytes
    // are what packages cost, not versions.
    let poolBytes = 0;
    for (let made = 0; made < versions; made += 1) {
      const release = 2 + Math.floor(made / entries);
      if (made % entries === 0) await fillNext(world, Math.min(entries, versions - made), release);
      const description = packageOf(made % entries, release);
      poolBytes += Buffer.byteLength(packageFileName(description));
      await world.changes.change({
        ...{ changeId: randomUUID(), account: 'bench', reason: '', isDryRun: false },
        action: {
          kind: 'promote',
          from: { channel: NEXT, version: 'stream/volatile' },
          to: [{ channel: CHANNEL, stream: 'volatile' }],
          sources: [description.sourceId],
        },
      });
      world.time.ms += HOUR_MS;
      if (made % 1_000 === 999) {
        await world.db.client.outbox.deleteMany();
        await world.pruning.prune({ isDryRun: false });
        note(`${made + 1} versions`);
      }
    }
    await world.db.client.outbox.deleteMany();
    world.time.ms += 45 * 24 * HOUR_MS;
    for (let run = 0; run < 3; run += 1) {
      await world.pruning.prune({ isDryRun: false });
      world.time.ms += HOUR_MS;
    }
    return Math.round(((await spaceOf(world)) - before - 2 * poolBytes) / versions);
  } finally {
    await world.close();
  }
}

async function fillNext(world, count, release) {
  await world.channels.ensure({ channel: NEXT, architectures: ['x86_64'] });
  const changeSetId = randomUUID();
  const all = Array.from({ length: count }, (_, number) => packageOf(number, release));
  await stage(world, changeSetId, all, NEXT);
  await publish(world, changeSetId, NEXT);
}

async function spaceOf(world) {
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  try {
    await client.query('VACUUM FULL');
    const { rows } = await client.query('SELECT pg_database_size(current_database()) AS size');
    return Number(rows[0].size) + folderSize(world.publicDir) + folderSize(world.poolDir);
  } finally {
    await client.end();
  }
}

/** Bytes of files, those with several links counted once. */
function folderSize(folder) {
  const seen = new Set();
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = statSync(join(entry.parentPath, entry.name));
    if (seen.has(ino)) continue;
    seen.add(ino);
    bytes += size;
  }
  return bytes;
}

function isThere(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
