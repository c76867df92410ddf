import {
  compareVersions,
  followLog,
  getOverview,
  getPackage,
  getRebuild,
  getTask,
  type HttpRoute,
  listBuilders,
  listCapabilityUsers,
  listChannels,
  listPackageDependants,
  listPackageFiles,
  listPackages,
  listPackageVersions,
  listRebuilds,
  listRepositories,
  listTasks,
  listVersions,
  whoAmI,
} from '@cairn/contracts';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { type z } from 'zod';
import {
  sampleBuiltPackage,
  sampleCapabilityUsers,
  sampleCarriedPage,
  sampleDependantPage,
  sampleDifference,
  sampleFilePage,
  sampleVersionPage,
} from './sample-packages.js';
import { SAMPLE_REBUILD, sampleRebuild } from './sample-rebuild.js';
import {
  sampleAttempt,
  sampleChannel,
  sampleEvent,
  sampleOverview,
  samplePackage,
  sampleTask,
  sampleTaskDetail,
  SAMPLE_FAILURE,
} from './sample-views.js';

/** The policy that summit sends with every page. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self'",
  "script-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

const READ_BYTES_MAX = 1_048_576;
const PIECE_BYTES = 65_536;

interface SampleHubOptions {
  /** Folder of the built page. */
  readonly pageFolder: string;
  readonly log: Uint8Array;
  /** Cut the first log stream after so many bytes, as a network would. */
  readonly cutLogAfterBytes?: number;
  readonly isSignedIn?: boolean;
}

export interface SampleHub {
  readonly url: string;
  /** How often each path was asked. */
  readonly askedCount: (route: HttpRoute) => number;
  /** Sends so many events to every listener. */
  readonly sendEvents: (count: number) => void;
  readonly dropStreams: () => void;
  readonly close: () => Promise<void>;
}

const MEDIA_TYPE: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function replyOf<R extends z.ZodType>(
  route: HttpRoute<z.ZodType, z.ZodType, z.ZodType, R>,
  reply: z.input<R>,
): [string, unknown] {
  return [route.path, reply];
}

function samplePackages(query: URLSearchParams) {
  const names = ['libdaemon', 'libdaemon-devel', 'lzo', 'lzo-devel', 'dosfstools', 'mesa', 'zlib'];
  const packages = names
    .filter((name) => name.includes(query.get('search') ?? ''))
    .map((name) => ({
      ...samplePackage({ name }),
      matches: query.get('by') === 'file' ? [`lib/${name}.so.1`] : [],
    }));
  return { history: '1750000001', total: packages.length, packages };
}

function answers(options: SampleHubOptions, query: URLSearchParams): ReadonlyMap<string, unknown> {
  const overview = sampleOverview();
  const account = { id: 'a', name: 'ada', role: 'admin' as const };
  const failed = sampleTaskDetail({
    state: 'failed',
    reason: {
      code: 'task.failed',
      sentence: 'Step build failed: the command ended with exit code 2.',
      tasks: [],
    },
    attempts: [
      sampleAttempt({
        state: 'failed',
        endedAt: Date.now() - 60_000,
        logSizeBytes: options.log.length,
        failure: SAMPLE_FAILURE,
      }),
    ],
  });
  return new Map([
    replyOf(getOverview, overview),
    replyOf(listTasks, { tasks: [sampleTask(), ...overview.queue, ...overview.recent] }),
    replyOf(getTask, failed),
    replyOf(listBuilders, { builders: overview.builders }),
    replyOf(listRepositories, { repositories: overview.repositories }),
    replyOf(listChannels, {
      repositoryUrl: 'http://repo.example.org/',
      channels: [sampleChannel()],
    }),
    replyOf(listPackages, samplePackages(query)),
    replyOf(getPackage, sampleBuiltPackage()),
    replyOf(listPackageFiles, sampleFilePage()),
    replyOf(listPackageDependants, sampleDependantPage()),
    replyOf(listPackageVersions, sampleCarriedPage()),
    replyOf(listVersions, sampleVersionPage()),
    replyOf(compareVersions, sampleDifference()),
    replyOf(listCapabilityUsers, sampleCapabilityUsers()),
    replyOf(listRebuilds, { rebuilds: [SAMPLE_REBUILD] }),
    replyOf(getRebuild, sampleRebuild()),
    replyOf(whoAmI, {
      account: options.isSignedIn === true ? account : null,
      csrfToken: options.isSignedIn === true ? 'token' : null,
    }),
  ]);
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': hello\n\n');
}

async function sendLog(
  response: ServerResponse,
  options: { log: Uint8Array; offset: number; cutAfterBytes: number },
): Promise<void> {
  openStream(response);
  const { log } = options;
  for (let at = options.offset; at < log.length && !response.destroyed; at += PIECE_BYTES) {
    const end = Math.min(at + PIECE_BYTES, log.length);
    const bytes = Buffer.from(log.subarray(at, end)).toString('base64');
    const data = JSON.stringify({ offset: end, bytes, complete: end === log.length });
    response.write(`id: ${end}\ndata: ${data}\n\n`);
    if (end - options.offset >= options.cutAfterBytes) response.destroy();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function sendPage(response: ServerResponse, folder: string, wanted: string): Promise<void> {
  const extension = path.extname(wanted);
  const name = extension === '' ? 'index.html' : wanted;
  const content = await readFile(path.join(folder, path.normalize(name))).catch(() => null);
  response.writeHead(content === null ? 404 : 200, {
    'content-type': MEDIA_TYPE[extension === '' ? '.html' : extension] ?? 'text/plain',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
  });
  response.end(content);
}

function matches(pattern: string, wanted: string): boolean {
  return new RegExp(`^${pattern.replace(/:[A-Za-z]+/g, '[^/]+')}$`).test(wanted);
}

/** Serves the built page with sample answers in the form of the contracts. For tests only. */
export async function startSampleHub(options: SampleHubOptions): Promise<SampleHub> {
  const asked: string[] = [];
  const listeners = new Set<ServerResponse>();
  let hasCut = false;
  let lastEventId = 1;

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub');
    asked.push(pathname);
    if (!pathname.startsWith('/api/')) return void sendPage(response, options.pageFolder, pathname);
    if (pathname === '/api/v1/events') {
      openStream(response);
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
      return;
    }
    const offset = Number(searchParams.get('offset') ?? 0);
    if (matches(followLog.path, pathname)) {
      const cutAfterBytes = hasCut ? Infinity : (options.cutLogAfterBytes ?? Infinity);
      hasCut = true;
      return void sendLog(response, { log: options.log, offset, cutAfterBytes });
    }
    if (pathname.endsWith('/log')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      return void response.end(options.log.subarray(offset, offset + READ_BYTES_MAX));
    }
    if (request.method !== 'GET') {
      response.writeHead(409, { 'content-type': 'application/json' });
      return void response.end(
        '{"code":"task.illegal-transition","message":"It is open already."}',
      );
    }
    const found = [...answers(options, searchParams)].find(([pattern]) =>
      matches(pattern, pathname),
    );
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(found?.[1] ?? { code: 'route.not-found', message: 'There is no such route.' }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    askedCount: (route) => asked.filter((wanted) => matches(route.path, wanted)).length,
    sendEvents: (count) => {
      for (let sent = 0; sent < count; sent += 1) {
        lastEventId += 1;
        const data = JSON.stringify(sampleEvent({ id: lastEventId }));
        for (const listener of listeners) listener.write(`id: ${lastEventId}\ndata: ${data}\n\n`);
      }
    },
    dropStreams: () => {
      for (const listener of listeners) listener.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
