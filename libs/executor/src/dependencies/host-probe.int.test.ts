import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseDependency } from '@cairn/stone';
import { expect, it } from 'vitest';
import { createHostProbe } from './host-probe.js';

it('answers for programs, libraries, pkg-config, CMake and Python of a tree, and for nothing outside it', () => {
  const usr = mkdtempSync(path.join(tmpdir(), 'cairn-usr-'));
  const files = [
    'bin/make',
    'bin/tar',
    'sbin/mkfs',
    'lib/x86_64-linux-gnu/libz.so.1',
    'lib/x86_64-linux-gnu/pkgconfig/zlib.pc',
    'share/pkgconfig/iso-codes.pc',
    'lib/x86_64-linux-gnu/cmake/fmt/fmt-config.cmake',
    'lib/cmake/ECM/ECMConfig.cmake',
    'lib/python3/dist-packages/Foo_Bar-1.2.egg-info',
    'lib64/ld-linux-x86-64.so.2',
    'include/stdio.h',
  ];
  for (const file of files) {
    mkdirSync(path.dirname(path.join(usr, file)), { recursive: true });
    writeFileSync(path.join(usr, file), '', { mode: 0o755 });
  }
  writeFileSync(path.join(usr, 'bin/data'), '', { mode: 0o644 });
  const probe = createHostProbe({ usr });
  const provides = (text: string) => {
    const parsed = parseDependency(text);
    return parsed.ok && probe.provides(parsed.value);
  };
  const offered = [
    'binary(make)',
    'binary(bsdtar-static)',
    'sysbinary(mkfs)',
    'soname(libz.so.1(x86_64))',
    'pkgconfig(zlib)',
    'pkgconfig(iso-codes)',
    'cmake(fmt)',
    'cmake(ECM)',
    'python(foo-bar)',
    'interpreter(/lib64/ld-linux-x86-64.so.2(x86_64))',
    'make',
    'glibc-devel',
  ];
  expect(offered.filter((text) => !provides(text))).toEqual([]);
  const refused = [
    'binary(gone)',
    'binary(data)',
    'binary(../bin/make)',
    'binary(/etc/passwd)',
    'soname(../../etc/passwd)',
    'interpreter(/../etc/passwd(x86_64))',
    'pkgconfig(../x)',
    'pkgconfig32(zlib)',
    'cmake(gone)',
    'python(gone)',
    'gone',
  ];
  expect(refused.filter(provides)).toEqual([]);
});
