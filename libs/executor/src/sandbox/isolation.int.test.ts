import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { MIB } from '@cairn/std';
import { inspectStone } from '@cairn/stone-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuildBench, stonesIn } from '../build-bench.conformance.js';
import { type BuildLimits } from '../build-order.js';
import { sandboxExecutor } from './sandbox-executor.js';

const bench = new BuildBench();
const executor = sandboxExecutor();
const SMALL: BuildLimits = {
  timeMs: 60_000,
  silenceMs: 30_000,
  memoryBytes: 256 * MIB,
  processes: 64,
  logBytes: 4 * MIB,
  diskBytes: 64 * MIB,
};

let server: Server;
let port: number;
let neighbour: ChildProcess;
const neighbourMark = randomUUID();

beforeAll(async () => {
  server = createServer((socket) => socket.end('reached'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  neighbour = spawn('sh', ['-c', `sleep 300; : ${neighbourMark}`]);
  process.env['CAIRN_TEST_SECRET'] = 'hush-hush';
});

afterAll(() => {
  server.close();
  neighbour.kill('SIGKILL');
});

const HEAD =
  'name: hostile\nversion: "1"\nrelease: 1\nhomepage: https://example.org\nlicense: MIT\nsummary: x\n';

function recipe(phases: Readonly<Record<string, string>>) {
  const texts = Object.entries(phases).map(
    ([name, text]) => `${name}: |\n${text.trim().replaceAll(/^/gm, '    ')}\n`,
  );
  return bench.recipe(`${HEAD}${texts.join('')}`);
}

async function build(phases: Readonly<Record<string, string>>, limits: Partial<BuildLimits> = {}) {
  return bench.build(executor, bench.order({ ...recipe(phases), limits: { ...SMALL, ...limits } }));
}

/** Ids of the machine's processes with a text in their command line. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

async function untilGone(text: string, waitMs: number): Promise<string[]> {
  const endMs = performance.now() + waitMs;
  while (processesWith(text).length > 0 && performance.now() < endMs) await sleep(50);
  return processesWith(text);
}

/** Started as root, a build may change owners and modes of its own files; it never may do more. */
const CAPABILITIES = process.getuid?.() === 0 ? '000000000000001b' : '0000000000000000';

/** Path and mode of everything in the stones of a directory. */
async function modesIn(dir: string): Promise<Record<string, number>> {
  const modes: Record<string, number> = {};
  for (const { path: file } of stonesIn(dir)) {
    const description = await inspectStone(file);
    if (!description.ok) throw new Error(description.error.code);
    for (const { target, mode } of layoutOf(description.value)) modes[target] = mode;
  }
  return modes;
}

function layoutOf(description: unknown): { target: string; mode: number }[] {
  const { payloads } = description as {
    payloads: { kind: string; records: { target: string; mode: number }[] }[];
  };
  return payloads.flatMap(({ kind, records }) => (kind === 'layout' ? records : []));
}

const INSTALL = 'install -Dm0644 /dev/null %(installroot)/usr/share/hostile/empty';

it('sees no network, no host file, no other process and no secret', async () => {
  const { outcome, log } = await build({
    build: `
set +x
echo "reach: $( (exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3) 2>/dev/null || echo none )"
echo "links: $(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' \\n')"
echo "name: $(getent hosts example.org || echo none)"
echo "pids: $(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c '[${neighbourMark.slice(0, 1)}]${neighbourMark.slice(1)}' || true)"
echo "count: $(ls -d /proc/[0-9]* | wc -l)"
echo "secret: $(cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c hush-hush || true) $(env | grep -c hush-hush || true)"
for at in /root /home /srv /etc/shadow /etc/ssh /sys/fs/cgroup /proc/sysrq-trigger-x /var/lib; do [ ! -e $at ] || echo "seen: $at"; done
for at in / /usr /usr/bin /etc /dev /mason /mason/recipe /mason/scripts /usr/local /usr/src; do ! ( : > $at/cairn-write ) 2>/dev/null || echo "written: $at"; done
echo "masked: $(ls /usr/local /usr/src | grep -v : | tr -d '\\n')"
echo "caps: $(grep CapEff /proc/self/status | cut -f2) $(grep NoNewPrivs /proc/self/status | cut -f2)"
unshare -U true 2>/dev/null && echo "namespace: nested" || echo "namespace: refused"
mount -t tmpfs none /tmp 2>/dev/null && echo "mount: done" || echo "mount: refused"
mknod %(installroot)/device c 1 3 2>/dev/null && echo "device: made" || echo "device: refused"
for i in 1 2 3; do dd if=/dev/zero of=/tmp/fill$i bs=1M count=30 status=none 2>/dev/null || true; done
echo "tmp: $(df -m --output=size,avail /tmp | tail -n1 | xargs)"
rm -f /tmp/fill*`,
    install: INSTALL,
  });
  expect(outcome.outcome, log).toBe('success');
  expect(log).toContain('reach: none\nlinks: lo\nname: none\npids: 0\n');
  expect(log).toMatch(/\ncount: [1-9]\n/);
  expect(log).toContain(
    `secret: 0 0\nmasked: \ncaps: ${CAPABILITIES} 1\nnamespace: refused\nmount: refused\ndevice: refused\ntmp: 64 0\n`,
  );
});

describe('limits', () => {
  it('stops at the time limit', async () => {
    const { outcome } = await build({ build: 'sleep 60' }, { timeMs: 1_500 });
    expect(outcome).toMatchObject({
      code: 'build.time-limit',
      phase: 'build',
      command: 'sleep 60',
    });
  });

  it('stops after long silence', async () => {
    const { outcome } = await build({ build: 'sleep 60' }, { silenceMs: 1_000 });
    expect(outcome).toMatchObject({ code: 'build.silence-limit', phase: 'build' });
  });

  it('stops a flood of log', async () => {
    const { outcome, log } = await build({ build: 'yes 0123456789' });
    expect(outcome).toMatchObject({ code: 'build.log-limit', phase: 'build' });
    expect(log.length).toBeLessThanOrEqual(SMALL.logBytes);
  });

  it('survives a fork bomb', async () => {
    const { outcome } = await build(
      { build: 'bomb() { bomb | bomb & }\nbomb\nsleep 1\nexit 9', install: INSTALL },
      { timeMs: 10_000 },
    );
    expect(outcome.outcome).toBe('failure');
    const { outcome: next } = await build({ install: INSTALL });
    expect(next.outcome).toBe('success');
  });

  it('stops what needs too much memory', async () => {
    const { outcome } = await build({ build: `python3 -c 'x = bytearray(2_000_000_000)'` });
    // Without a writable control group the process is refused the memory instead of being killed for it.
    expect(outcome).toMatchObject({
      code: process.getuid?.() === 0 ? 'build.out-of-memory' : 'build.phase-failed',
    });
  });

  it('stops what fills the disk, in one file or in many', async () => {
    const { outcome: one } = await build({ build: 'dd if=/dev/zero of=big bs=1M count=4096' });
    expect(one).toMatchObject({ outcome: 'failure', phase: 'build' });
    const { outcome: many } = await build({
      build:
        'for i in $(seq 400); do dd if=/dev/zero of=f$i bs=1M count=8 status=none; sleep 0.05; done',
    });
    expect(many).toMatchObject({ code: 'build.disk-limit', phase: 'build' });
  });
});

it('kills the whole tree on cancel, daemons too', async () => {
  const mark = randomUUID();
  const cancel = new AbortController();
  const order = bench.order({
    ...recipe({
      build: `trap '' TERM INT HUP\nsetsid bash -c "trap '' TERM; while :; do sleep 1; : ${mark}; done" &\necho ready-now\nwhile :; do sleep 1; : ${mark}; done`,
    }),
    limits: SMALL,
  });
  const running = bench.build(executor, order, { signal: cancel.signal });
  while (processesWith(mark).length === 0) await sleep(20);
  const cancelledAtMs = performance.now();
  cancel.abort();
  const { outcome } = await running;
  expect(outcome).toMatchObject({ class: 'cancelled', code: 'build.cancelled', phase: 'build' });
  expect(performance.now() - cancelledAtMs).toBeLessThan(10_000);
  expect(await untilGone(mark, 5_000)).toEqual([]);
});

it('leaves no daemon behind when a phase ends', async () => {
  const mark = randomUUID();
  const { outcome } = await build({
    build: `setsid bash -c "while :; do sleep 1; : ${mark}; done" > /dev/null 2>&1 < /dev/null &\nsleep 0.2`,
    install: INSTALL,
  });
  expect(outcome.outcome).toBe('success');
  expect(await untilGone(mark, 2_000)).toEqual([]);
});

describe('what is installed', () => {
  it('follows no link out of the install root', async () => {
    const { outcome, outDir } = await build({
      install: `${INSTALL}\nln -s / %(installroot)/usr/share/hostile/root\nln -s /etc/shadow %(installroot)/usr/share/hostile/shadow\nmkdir -p %(installroot)/usr/lib\nln -s ../../../../../../etc/passwd %(installroot)/usr/lib/x.pc`,
    });
    expect(outcome.outcome).toBe('success');
    const { packages } = JSON.parse(
      readFileSync(path.join(outDir, 'manifest.x86_64.jsonc'), 'utf8').replace(/^.*\n/, ''),
    ) as { packages: Record<string, { files: string[] }> };
    expect(packages['hostile']?.files).toEqual([
      '/usr/lib/x.pc',
      '/usr/share/hostile/empty',
      '/usr/share/hostile/root',
      '/usr/share/hostile/shadow',
    ]);
  });

  it('packs nothing of the host when /usr itself is a link', async () => {
    const { outcome } = await build({ install: 'ln -s /usr %(installroot)/usr' });
    expect(outcome).toMatchObject({ code: 'build.nothing-installed' });
  });

  it('refuses fifos and sockets', async () => {
    const { outcome } = await build({
      install: 'mkdir -p %(installroot)/usr/bin\nmkfifo %(installroot)/usr/bin/pipe',
    });
    expect(outcome).toMatchObject({ class: 'recipe', code: 'build.unsafe-install-tree' });
  });

  it('makes no device node', async () => {
    const { outcome } = await build({
      install: 'mkdir -p %(installroot)/usr/bin\nmknod %(installroot)/usr/bin/disk b 8 0',
    });
    expect(outcome).toMatchObject({
      code: 'build.phase-failed',
      excerpt: expect.stringMatching(/mknod.*not permitted/) as string,
    });
  });

  it('keeps a set-user-id bit in the package and gives it to nobody on the host', async () => {
    const { outcome, log, outDir } = await build({
      install: 'install -Dm4755 /usr/bin/ldd %(installroot)/usr/bin/hostile-id',
    });
    expect(outcome.outcome, log).toBe('success');
    expect(await modesIn(outDir)).toEqual({ 'bin/hostile-id': 0o104755 });
  });

  it.runIf(process.getuid?.() === 0)(
    'gives files to other accounts, and lends root to none of them',
    async () => {
      const { outcome, log, outDir } = await build({
        install: `
install -Dm0755 -o bin -g utmp /usr/bin/ldd %(installroot)/usr/bin/other-id
chmod 6755 %(installroot)/usr/bin/other-id
stat -c 'seen: %%U %%G %%a' %(installroot)/usr/bin/other-id
chown nobody:nobody %(installroot)/usr/bin`,
      });
      expect(outcome.outcome, log).toBe('success');
      expect(log).toContain('seen: bin utmp 6755');
      expect(log).toContain('set-id bit dropped');
      expect(await modesIn(outDir)).toEqual({ 'bin/other-id': 0o100755 });
    },
  );
});

it('tells the phase, the command, its line and its exit code, and equal failures apart from others', async () => {
  const failing = {
    setup: 'true',
    build:
      'echo one\nhelper() {\n  echo "x.c:1: error: no stone 17" >&2\n  (exit 7)\n}\nhelper\necho never',
  };
  const first = await build(failing);
  expect(first.outcome).toMatchObject({
    class: 'recipe',
    code: 'build.phase-failed',
    phase: 'build',
    exitCode: 7,
    recipeLine: 13,
  });
  expect(first.outcome).toHaveProperty('excerpt', expect.stringContaining('error: no stone 17'));
  const second = await build({ ...failing, build: failing.build.replace('17', '18') });
  const other = await build({ ...failing, build: failing.build.replace('no stone', 'no rock') });
  const fingerprints = [first, second, other].map(({ outcome }) =>
    outcome.outcome === 'failure' ? outcome.fingerprint : '',
  );
  expect(fingerprints[1]).toBe(fingerprints[0]);
  expect(fingerprints[2]).not.toBe(fingerprints[0]);
  const killed = await build({ check: 'kill -SEGV $$' });
  expect(killed.outcome).toMatchObject({
    code: 'build.phase-failed',
    phase: 'check',
    exitCode: 139,
    signal: 'SIGSEGV',
  });
});

it.each([
  ['an unset variable', 'true\necho $nothing', 9, 1, 'echo $nothing'],
  ['a syntax error', 'true\nif true; then\necho )', 10, 2, 'echo )'],
  ['an exit', 'true\nexit 3', 9, 3, 'exit 3'],
  ['an exit in a function', 'f() {\n  exit 4\n}\nf', 9, 4, 'exit 4'],
  ['a pipe', 'true\nfalse | cat', 9, 1, 'cat'],
  ['an action', 'true\n%configure --x', 9, 1, 'exit 1'],
])('finds the line of %s', async (_what, text, recipeLine, exitCode, command) => {
  const { outcome } = await build({ build: text });
  expect(outcome).toMatchObject({ code: 'build.phase-failed', recipeLine, exitCode, command });
});

it('lets a recipe exit early when all is well', async () => {
  const { outcome, log } = await build({ build: '(exit 0)\nexit 0\nfalse', install: INSTALL });
  expect(outcome.outcome, log).toBe('success');
});

it('names the line of a breakpoint and of the wish for a network', async () => {
  expect((await build({ build: 'true\n%break_continue\ntrue' })).outcome).toMatchObject({
    code: 'build.breakpoint',
    recipeLine: 9,
  });
  const order = bench.order(bench.recipe(`${HEAD}networking: true\n`));
  expect((await bench.build(executor, order)).outcome).toMatchObject({
    code: 'build.networking-denied',
    recipeLine: 7,
  });
});

it('removes everything it made, also what the recipe locked', async () => {
  const order = bench.order({
    ...recipe({ build: 'mkdir -p a/b && touch a/b/c && chmod 0 a/b a', install: INSTALL }),
    limits: SMALL,
  });
  const { outcome } = await bench.build(executor, order);
  expect(outcome.outcome).toBe('success');
  expect(existsSync(order.workDir) ? readdirSync(order.workDir) : []).toEqual([]);
});

it('refuses a recipe that is not valid, with its place, and one that wants a network', async () => {
  const broken = await bench.build(executor, bench.order(bench.recipe('name: x\nversion: r1\n')));
  expect(broken.outcome).toMatchObject({ class: 'recipe', code: 'recipe.invalid', phase: 'read' });
  const networked = await bench.build(
    executor,
    bench.order(
      bench.recipe(
        'name: x\nversion: "1"\nrelease: 1\nhomepage: h\nlicense: MIT\nnetworking: true\ninstall: "true"\n',
      ),
    ),
  );
  expect(networked.outcome).toMatchObject({ class: 'recipe', code: 'build.networking-denied' });
});

it.skipIf(!existsSync('/usr/bin/slirp4netns'))(
  'gives a network of its own where recipe and policy agree, with the host behind a closed door',
  async () => {
    const text = `name: net
version: "1"
release: 1
homepage: h
license: MIT
networking: true
build: |
    set +x
    echo "links: $(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | sort | xargs)"
    for host in 127.0.0.1 10.0.2.2; do
      echo "$host: $( (exec 3<>/dev/tcp/$host/${port}; cat <&3) 2>/dev/null || echo none )"
    done
    grep nameserver /etc/resolv.conf
install: |
    ${INSTALL}
`;
    const order = bench.order({
      ...bench.recipe(text),
      limits: SMALL,
      networkPolicy: 'allow-if-asked',
    });
    const { outcome, log } = await bench.build(executor, order);
    expect(outcome.outcome, log).toBe('success');
    expect(log).toContain('links: lo tap0\n127.0.0.1: none\n10.0.2.2: none\nnameserver 10.0.2.3\n');
  },
);
