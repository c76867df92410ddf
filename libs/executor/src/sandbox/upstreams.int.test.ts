import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { BuildBench } from '../build-bench.conformance.js';
import { sandboxExecutor } from './sandbox-executor.js';

const bench = new BuildBench();
const executor = sandboxExecutor();
const lookaside = mkdtempSync(path.join(tmpdir(), 'cairn-lookaside-'));
const HEAD = 'name: up\nversion: "1"\nrelease: 1\nhomepage: h\nlicense: MIT\n';

/** Puts a file under its hash into the lookaside. */
function store(file: string): string {
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  renameSync(file, path.join(lookaside, sha256));
  return sha256;
}

/** An archive made by Python's tarfile, which can write what tar refuses to. */
function hostileTar(members: string): string {
  const file = path.join(lookaside, 'making');
  const script = `import io,sys,tarfile\nt=tarfile.open(sys.argv[1],'w:gz')\ndef add(name,data=b'x',**more):\n    i=tarfile.TarInfo(name)\n    i.size=len(data)\n    for k,v in more.items(): setattr(i,k,v)\n    t.addfile(i,io.BytesIO(data))\n${members}\nt.close()`;
  execFileSync('python3', ['-c', script, file]);
  return store(file);
}

async function build(
  upstreams: string,
  phases: string,
  more: Parameters<BuildBench['order']>[0] | object = {},
) {
  return bench.build(
    executor,
    bench.order({
      ...bench.recipe(`${HEAD}upstreams:\n${upstreams}${phases}`),
      lookaside: [lookaside],
      ...more,
    }),
  );
}

const INSTALL = 'install: |\n    install -Dm0644 /dev/null %(installroot)/usr/share/up/empty\n';

it('unpacks tar and zip archives where the recipe wants them', async () => {
  const tar = hostileTar(
    `add('up-1/src/main.c',b'int main(){}')\nadd('up-1/run',b'#!/bin/sh\\n',mode=0o755)`,
  );
  const zip = path.join(lookaside, 'making.zip');
  execFileSync('python3', [
    '-c',
    `import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w')\nz.writestr('top/inner.txt','zipped')\nz.close()`,
    zip,
  ]);
  const { outcome, log } = await build(
    `    - https://example.org/up-1.tar.gz : ${tar}\n    - https://example.org/extra.zip :\n        hash: ${store(zip)}\n        unpackdir: extra\n    - https://example.org/plain.bin :\n        hash: ${tar}\n        unpack: false\n        rename: renamed.bin\n`,
    `build: |\n    set +x\n    pwd\n    cat src/main.c; echo\n    test -x run\n    cat ../extra/inner.txt; echo\n    test -s %(sourcedir)/renamed.bin\n${INSTALL}`,
  );
  expect(outcome.outcome, log).toBe('success');
  expect(log).toContain('/mason/build/x86_64/up-1.tar.gz\nint main(){}\nzipped\n');
});

it('lets no archive write outside the build, and takes a broken one for the upstream’s fault', async () => {
  const escape = path.join(tmpdir(), 'cairn-escaped');
  const traversal = hostileTar(
    `add('d/../../../../../../../../..${escape}')\nadd('${escape}')\nadd('d/link',b'',type=tarfile.SYMTYPE,linkname='/tmp')\nadd('d/link/cairn-escaped')\nadd('d/fine')`,
  );
  await build(`    - https://example.org/a.tar.gz : ${traversal}\n`, INSTALL);
  expect(existsSync(escape)).toBe(false);
  const broken = path.join(lookaside, 'broken');
  writeFileSync(broken, 'no archive at all');
  const { outcome } = await build(
    `    - https://example.org/b.tar.gz : ${store(broken)}\n`,
    INSTALL,
  );
  expect(outcome).toMatchObject({
    class: 'upstream',
    code: 'upstream.bad-archive',
    phase: 'prepare',
  });
});

it('stops an archive that unpacks to more than the disk limit', async () => {
  const bomb = hostileTar(`add('d/zeros',bytes(200_000_000))`);
  const base = bench.order(bench.recipe(HEAD)).limits;
  const { outcome } = await build(`    - https://example.org/bomb.tar.gz : ${bomb}\n`, INSTALL, {
    limits: { ...base, diskBytes: 20_000_000 },
  });
  expect(outcome).toMatchObject({ code: 'build.disk-limit', phase: 'prepare' });
});

it('tells a wrong hash, an unreachable place and a refused one apart', async () => {
  const wrong = 'a'.repeat(64);
  const offline = await build(`    - https://example.org/x.tar.gz : ${wrong}\n`, INSTALL);
  expect(offline.outcome).toMatchObject({
    class: 'upstream',
    code: 'upstream.unreachable',
    phase: 'fetch',
  });
  const inside = await build(`    - http://127.0.0.1:9/x.tar.gz : ${wrong}\n`, INSTALL, {
    upstreamPolicy: { allowNetwork: true, allowPrivateTargets: false },
  });
  expect(inside.outcome).toMatchObject({ class: 'recipe', code: 'upstream.refused' });
  const file = path.join(lookaside, 'local');
  writeFileSync(file, 'x');
  const mismatch = await build(`    - file://${file} : ${wrong}\n`, INSTALL, {
    upstreamPolicy: { allowNetwork: true, allowPrivateTargets: true },
  });
  expect(mismatch.outcome).toMatchObject({
    code: expect.stringMatching(/^(?:upstream\.hash-mismatch|recipe\.invalid)$/) as string,
  });
});

/** Makes a repository and returns a function that runs git in it. */
function repository(name: string): (...args: string[]) => string {
  const dir = path.join(bench.root, name);
  mkdirSync(dir, { recursive: true });
  const settings = ['user.name=t', 'user.email=t@example.org', 'protocol.file.allow=always'];
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', dir, ...settings.flatMap((text) => ['-c', text]), ...args], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', GIT_CONFIG_GLOBAL: '/dev/null' },
    }).trim();
  git('init', '-q', '-b', 'main');
  return git;
}

it('checks a git upstream out at exactly its commit, and refuses one that is not pinned', async () => {
  const origin = path.join(bench.root, 'origin');
  const git = repository('origin');
  writeFileSync(path.join(origin, 'version'), 'first\n');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  const commit = git('rev-parse', 'HEAD');
  writeFileSync(path.join(origin, 'version'), 'second\n');
  git('commit', '-q', '-a', '-m', 'two');
  const policy = { upstreamPolicy: { allowNetwork: true, allowPrivateTargets: true } };
  const phases = `build: |\n    set +x\n    cat version\n${INSTALL}`;
  const good = await build(`    - git|file://${origin} : ${commit}\n`, phases, policy);
  expect(good.outcome.outcome, good.log).toBe('success');
  expect(good.log).toContain('\nfirst\n');
  const unpinned = await build(`    - git|https://example.org/x.git : main\n`, phases, policy);
  expect(unpinned.outcome).toMatchObject({ class: 'recipe', code: 'upstream.unpinned' });
});

it('fetches the submodules of a git upstream, and theirs, and judges each of them', async () => {
  const commitFile = (git: (...args: string[]) => string, dir: string, text: string) => {
    writeFileSync(path.join(bench.root, dir, 'text'), text);
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    return git('rev-parse', 'HEAD');
  };
  commitFile(repository('inner'), 'inner', 'of inner');
  const middle = repository('middle');
  middle('submodule', '--quiet', 'add', '../inner', 'deep/inner');
  commitFile(middle, 'middle', 'of middle');
  const outer = repository('outer');
  outer('submodule', '--quiet', 'add', `${bench.root}/middle`, 'third party');
  const commit = commitFile(outer, 'outer', 'of outer');
  const policy = { upstreamPolicy: { allowNetwork: true, allowPrivateTargets: true } };
  const phases = `build: |\n    cat text "third party/text" "third party/deep/inner/text"\n${INSTALL}`;
  const upstream = `    - git|file://${bench.root}/outer : ${commit}\n`;
  const good = await build(upstream, phases, policy);
  expect(good.outcome.outcome, good.log).toBe('success');
  expect(good.log).toContain('of outerof middleof inner');
  writeFileSync(
    path.join(bench.root, 'outer/.gitmodules'),
    '[submodule "x"]\n  path = third party\n  url = ext::sh -c touch% /tmp/cairn-hacked\n',
  );
  const hostile = commitFile(outer, 'outer', 'hostile');
  const refused = await build(upstream.replace(commit, hostile), phases, policy);
  expect(refused.outcome).toMatchObject({ class: 'recipe', code: 'upstream.refused' });
});
