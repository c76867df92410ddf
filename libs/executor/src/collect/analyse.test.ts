import { formatDependency } from '@cairn/stone';
import { describe, expect, it } from 'vitest';
import { analysePath, isIgnored, type AnalysedPath, type AnalysisContext } from './analyse.js';
import { debugStep } from './debug-split.js';
import { type ElfFacts } from './elf.js';
import { requiredModules } from './pkg-config-file.js';
import { linuxMarkerEnvironment } from './python-markers.js';
import { readPythonMetadata } from './python-metadata.js';

const PYTHON = linuxMarkerEnvironment({ version: '3.12', machine: 'x86_64' });

const PLAIN_ELF: ElfFacts = {
  bits: 64,
  isa: 'x86_64',
  type: 'shared',
  needed: [],
  soname: undefined,
  runPaths: [],
  interpreter: undefined,
  buildId: undefined,
  hasDebugInfo: false,
};

function analyse(
  entry: Omit<AnalysedPath, 'kind'> & Partial<AnalysedPath>,
  present: readonly string[] = [],
) {
  const context: AnalysisContext = {
    exists: (at) => present.includes(at),
    hostLibDir: '/usr/lib/x86_64-linux-gnu',
    python: PYTHON,
  };
  const { provides, depends } = analysePath({ kind: 'file', ...entry }, context);
  return { provides: provides.map(formatDependency), depends: depends.map(formatDependency) };
}

describe('analysePath', () => {
  it('names programs, links to programs and those in sub-directories', () => {
    expect(analyse({ path: '/usr/bin/x', kind: 'symlink' }).provides).toEqual(['binary(x)']);
    expect(analyse({ path: '/usr/bin/sub/y' }).provides).toEqual(['binary(y)']);
    expect(analyse({ path: '/usr/sbin/z' }).provides).toEqual(['sysbinary(z)']);
    expect(analyse({ path: '/usr/share/bin/x' }).provides).toEqual([]);
  });

  it('spells sonames by the directory below the library folder', () => {
    const soname = (path: string, own?: string) =>
      analyse({ path, elf: { ...PLAIN_ELF, soname: own } }).provides;
    expect(soname('/usr/lib/libz.so.1.3', 'libz.so.1')).toEqual(['soname(libz.so.1(x86_64))']);
    expect(soname('/usr/lib/samba/x.so')).toEqual(['soname(samba/x.so(x86_64))']);
    expect(soname('/usr/lib/samba/deep/x.so.2', 'y.so')).toEqual([
      'soname(samba/deep/y.so(x86_64))',
    ]);
    expect(soname('/usr/bin/program')).toEqual(['binary(program)']);
  });

  it('finds needed libraries beside the file and on its run path', () => {
    const elf = {
      ...PLAIN_ELF,
      needed: ['liba.so', 'libb.so', 'libc.so.6', 'libd.so'],
      runPaths: ['$ORIGIN/../lib/app', '/usr/lib/x86_64-linux-gnu'],
      interpreter: '/lib64/ld.so',
    };
    const present = [
      '/usr/lib/app/liba.so',
      '/usr/bin/libb.so',
      '/usr/lib/x86_64-linux-gnu/libc.so.6',
    ];
    expect(analyse({ path: '/usr/bin/app', elf }, present).depends).toEqual([
      'soname(app/liba.so(x86_64))',
      'soname(libb.so(x86_64))',
      'soname(libc.so.6(x86_64))',
      'soname(libd.so(x86_64))',
      'interpreter(/lib64/ld.so(x86_64))',
    ]);
  });

  it('lets debug files give and need nothing', () => {
    const elf = { ...PLAIN_ELF, needed: ['liba.so'], soname: 'x.so' };
    expect(analyse({ path: '/usr/lib/debug/.build-id/ab/c.so.debug', elf })).toEqual({
      provides: [],
      depends: [],
    });
  });

  it('reads pkg-config files, 32-bit ones apart', () => {
    const text = 'Requires: glib-2.0 >= 2.50, zlib\nRequires.private: ${extra} # x\nextra = libffi';
    expect(analyse({ path: '/usr/lib/pkgconfig/x.pc', text })).toEqual({
      provides: ['pkgconfig(x)'],
      depends: ['pkgconfig(glib-2.0)', 'pkgconfig(zlib)', 'pkgconfig(libffi)'],
    });
    expect(
      analyse({ path: '/usr/lib32/pkgconfig/x.pc', text: 'Requires: a b' }, [
        '/usr/lib32/pkgconfig/a.pc',
      ]),
    ).toEqual({
      provides: ['pkgconfig32(x)'],
      depends: ['pkgconfig32(a)', 'pkgconfig(b)'],
    });
    expect(analyse({ path: '/usr/share/x.pc' }).provides).toEqual([]);
  });

  it('reads CMake names and Python metadata', () => {
    const cmake = (name: string) => analyse({ path: `/usr/lib/cmake/x/${name}` }).provides;
    expect(cmake('FooConfig.cmake')).toEqual(['cmake(Foo)']);
    expect(cmake('foo-config.cmake')).toEqual(['cmake(foo)']);
    expect(cmake('foo-Config.cmake')).toEqual([]);
    expect(cmake('foo-config-version.cmake')).toEqual([]);
    const text =
      'Name: My_Package.x\nRequires-Dist: Other_One>=2\nRequires-Dist: gone; extra == "t"\nRequires-Dist: some[all]\nRequires-Dist: old; python_version < "3.8"\nRequires-Dist: new (>=1); python_version >= "3.8"\n\nName: body';
    expect(
      analyse({ path: '/usr/lib/python3.12/site-packages/my.dist-info/METADATA', text }),
    ).toEqual({
      provides: ['python(my-package-x)'],
      depends: ['python(other-one)', 'python(new)'],
    });
  });
});

it('ignores what lies outside /usr and libtool archives when asked', () => {
  expect(isIgnored('/etc/x', { dropLibtool: false })).toBe(true);
  expect(isIgnored('/usr/lib/x.la', { dropLibtool: true })).toBe(true);
  expect(isIgnored('/usr/lib/x.la', { dropLibtool: false })).toBe(false);
  expect(isIgnored('/usr/share/x.la', { dropLibtool: true })).toBe(false);
});

it('splits and strips only what has a build id', () => {
  const step = (path: string, elf: Partial<ElfFacts>, on = true) =>
    debugStep({ path, elf: { ...PLAIN_ELF, ...elf }, split: on, strip: true });
  expect(step('/usr/bin/x', {})).toBeUndefined();
  expect(step('/usr/bin/x', { buildId: 'abcdef' })).toEqual({
    path: '/usr/bin/x',
    debugPath: '/usr/lib/debug/.build-id/ab/cdef.debug',
    strip: 'all',
  });
  expect(step('/usr/lib32/x.so', { buildId: 'abcdef', bits: 32 })?.debugPath).toBe(
    '/usr/lib32/debug/.build-id/ab/cdef.debug',
  );
  expect(step('/usr/lib/x.so', { buildId: 'abcdef' }, false)).toEqual({
    path: '/usr/lib/x.so',
    debugPath: undefined,
    strip: 'unneeded',
  });
  expect(step('/usr/lib/debug/.build-id/ab/cdef.debug', { buildId: 'abcdef' })).toBeUndefined();
});

it('survives hostile texts', () => {
  expect(requiredModules('a=${a}${a}\nRequires: ${a}')).toEqual([]);
  expect(readPythonMetadata('Version: 1\n', PYTHON)).toBeUndefined();
});
