import type { ChannelPolicy, GateRule } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { changedPackages } from '../../channels/domain/stream-contents.js';
import type { PoolPackage } from '../../pool/domain/pool-package.js';
import type { GateFacts } from './gate-facts.js';
import { isSensitive, judge } from './gate-rules.js';

interface Item extends PoolPackage {
  readonly depends: readonly string[];
  readonly provides: readonly string[];
}

let ids = 0;
function item(name: string, more: Partial<Item> = {}): Item {
  ids += 1;
  return {
    id: ids,
    name,
    sha256: String(ids).padStart(64, '0'),
    version: '1',
    sourceRelease: 1,
    buildRelease: 1,
    architecture: 'x86_64',
    sourceId: name,
    poolPath: `pool/v0/${name}`,
    depends: [],
    provides: [],
    ...more,
  };
}

function messages(
  rule: GateRule,
  before: readonly Item[],
  after: readonly Item[],
  more: Partial<GateFacts> = {},
): string[] {
  const gate: ChannelPolicy['gate'] = { [rule]: 'block' };
  const facts: GateFacts = {
    before,
    after,
    changed: changedPackages(before, after),
    needs: new Map([...before, ...after].map((entry) => [entry.id, entry])),
    provided: new Map(),
    sharedPaths: [],
    sensitiveFiles: new Map(),
    builtNames: new Map(),
    ...more,
  };
  expect(judge({ [rule]: 'off' }, facts)).toEqual([]);
  return judge(gate, facts).map(({ message }) => message);
}

const SONAME = 'soname(libz.so.1(x86_64))';
const zlib = item('zlib', { provides: [SONAME] });
const user = item('user', { depends: [SONAME] });

it('sees a soname that goes away under those who need it, and who had it', () => {
  const newer = item('zlib', { sourceRelease: 2, provides: ['soname(libz.so.2(x86_64))'] });
  expect(messages('dependencies', [zlib, user], [newer, user])).toEqual([
    `user 1-1-1 needs ${SONAME}, which nothing provides; zlib 1-1-1 provided it before.`,
  ]);
  const remote = new Map([['x86_64', new Set([SONAME])]]);
  expect(messages('dependencies', [zlib, user], [newer, user], { provided: remote })).toEqual([]);
});

it('is silent about what was broken before, and loud about new packages', () => {
  expect(messages('dependencies', [user], [user, item('other')])).toEqual([]);
  expect(messages('dependencies', [], [user])).toHaveLength(1);
  const arm = item('zlib', { provides: [SONAME], architecture: 'aarch64' });
  expect(messages('dependencies', [], [user, arm])).toHaveLength(1);
});

it('finds files of two packages, lower releases and broken families', () => {
  const a = item('a');
  const b = item('b');
  const sharedPaths = [{ path: 'bin/x', packageId: b.id, otherId: a.id }];
  expect(messages('file-conflicts', [a], [a, b], { sharedPaths })).toEqual([
    'b 1-1-1 has /usr/bin/x, and so has a 1-1-1.',
  ]);
  const newer = item('a', { buildRelease: 2 });
  expect(messages('lower-release', [newer], [a])).toEqual(['a 1-1-1 is older than a 1-1-2.']);
  expect(messages('lower-release', [a], [newer])).toEqual([]);
  const devel = item('a-devel', { sourceId: 'a' });
  const builtNames = new Map([['x86_64/a/1/2', ['a', 'a-devel', 'a-docs']]]);
  expect(messages('siblings', [a, devel], [newer, devel], { builtNames })).toEqual([
    'a-devel 1-1-1 is of another build than a 1-1-2.',
    'a 1-1-2 comes without a-docs, which was built with it.',
  ]);
});

it('reports only privileges that are new', () => {
  const old = item('tool', { depends: ['binary(curl)'] });
  const fresh = item('tool', { sourceRelease: 2, depends: ['binary(curl)', 'binary(nc)'] });
  const suid = { path: 'bin/su', mode: 0o104755 };
  const login = { path: 'share/defaults/etc/profile.d/x.sh', mode: 0o100644 };
  expect([suid, login, { path: 'bin/x', mode: 0o100755 }].map(isSensitive)).toEqual([
    true,
    true,
    false,
  ]);
  const sensitiveFiles = new Map([
    [old.id, [suid]],
    [fresh.id, [suid, login]],
  ]);
  expect(messages('privileges', [old], [fresh], { sensitiveFiles })).toEqual([
    'tool 1-2-1 newly has the login script /usr/share/defaults/etc/profile.d/x.sh.',
    'tool 1-2-1 newly needs the network tool binary(nc).',
  ]);
});
