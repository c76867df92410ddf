import { describe, expect, it } from 'vitest';

import { checkRecipe } from './check-recipe.js';
import { type RecipeErrorCode } from './recipe-error.js';

/** Of the processor, so that a busy machine does not decide. */
const TIME_MS_MAX = 1000;

/** Five lines, so what a case adds begins at line 6. */
const HEAD = `name: demo
version: "1"
release: 1
homepage: https://example.org
license: MIT
`;

interface Malformed {
  readonly what: string;
  readonly text: string;
  readonly code: RecipeErrorCode;
  readonly line: number;
}

function whole(what: string, text: string, [code, line]: [RecipeErrorCode, number]): Malformed {
  return { what, text, code, line };
}

/** A good recipe with a bad addition. */
function added(what: string, text: string, [code, line]: [RecipeErrorCode, number]): Malformed {
  return { what, text: `${HEAD}${text}\n`, code, line };
}

/** A good recipe in which one line is replaced. */
function replaced(line: number, by: string, code: RecipeErrorCode): Malformed {
  const lines = HEAD.split('\n');
  lines[line - 1] = by;
  return { what: by, text: lines.filter((one) => one !== '').join('\n'), code, line };
}

const laughs = Array.from(
  { length: 9 },
  (_, level) => `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`,
).join('\n');

const YAML: readonly Malformed[] = [
  whole('an empty file', '', ['recipe.wrong-type', 1]),
  whole('only a comment', '# nothing\n', ['recipe.wrong-type', 1]),
  whole('a list', '- a\n', ['recipe.wrong-type', 1]),
  whole('a text', 'hello\n', ['recipe.wrong-type', 1]),
  whole('a number', '5\n', ['recipe.wrong-type', 1]),
  whole('null', '~\n', ['recipe.wrong-type', 1]),
  whole('the billion laughs', `a: &a [x]\n${laughs}`, ['recipe.yaml-feature-refused', 1]),
  whole('an alias to itself', 'a: &a [*a]\n', ['recipe.yaml-feature-refused', 1]),
  whole('a merge bomb', 'a: &a {}\nb: { <<: *a }\n', ['recipe.yaml-feature-refused', 1]),
  whole('an unknown alias', 'name: *x\n', ['recipe.yaml-feature-refused', 1]),
  whole('a tower of brackets', `a: ${'['.repeat(100_000)}`, ['recipe.too-deep', 1]),
  whole('a tower of braces', `a: ${'{a: '.repeat(50_000)}`, ['recipe.too-deep', 1]),
  whole('a tower of dashes', `${'- '.repeat(100_000)}a`, ['recipe.too-deep', 1]),
  whole('a tower of question marks', '? '.repeat(100_000), ['recipe.too-deep', 1]),
  whole('a tower of colons', 'a: '.repeat(80_000), ['recipe.too-deep', 1]),
  whole(
    'a stair of mappings',
    Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ['recipe.too-deep', 17],
  ),
  whole('a flood of items', `a: [${'x,'.repeat(120_000)}]`, ['recipe.too-many-nodes', 1]),
  whole('a flood of keys', Array.from({ length: 30_000 }, (_, i) => `k${i}:`).join('\n'), [
    'recipe.too-many-nodes',
    7500,
  ]),
  whole('a file that is too large', `a: "${'x'.repeat(300_000)}"`, ['recipe.file-too-large', 1]),
  whole('a large file of three-byte letters', `a: ${'あ'.repeat(90_000)}`, [
    'recipe.file-too-large',
    1,
  ]),
  whole('a NUL', 'name: a\u0000b\n', ['recipe.not-text', 1]),
  whole('an escape character', 'name: a\nversion: \u001b[31m1\n', ['recipe.not-text', 2]),
  whole('half a surrogate pair', 'name: \ud800\n', ['recipe.not-text', 1]),
  whole('an open quote', 'name: "demo\nversion: 1\n', ['recipe.yaml-syntax', 3]),
  whole('an open bracket', 'name: [a, b\n', ['recipe.yaml-syntax', 2]),
  whole('a tab as indentation', 'packages:\n\t- a: {}\n', ['recipe.yaml-syntax', 2]),
  whole('a wrong indentation', 'name: demo\n  version: 1\n', ['recipe.yaml-syntax', 1]),
  whole('an unknown escape', 'name: "\\q"\n', ['recipe.yaml-syntax', 1]),
  whole('a key without colon', 'name: demo\nversion\n', ['recipe.yaml-syntax', 2]),
  whole('two documents', 'name: a\n---\nname: b\n', ['recipe.yaml-feature-refused', 2]),
  whole('a version directive', '%YAML 1.1\n---\nname: a\n', ['recipe.yaml-feature-refused', 1]),
  whole('a tag directive', '%TAG ! tag:x,2000:\n---\na: 1\n', ['recipe.yaml-feature-refused', 1]),
  whole('a tag', 'name: !!str demo\n', ['recipe.yaml-feature-refused', 1]),
  whole('a function tag', 'name: !!js/function "x"\n', ['recipe.yaml-feature-refused', 1]),
  whole('a mapping as key', '? { a: b }\n: c\n', ['recipe.wrong-type', 1]),
  added('a repeated key', 'name: again', ['recipe.duplicate-key', 6]),
  added('a repeated unknown key', 'x: 1\nx: 2', ['recipe.duplicate-key', 7]),
  added('a key repeated in quotes', '"release": 2', ['recipe.duplicate-key', 6]),
  added('a key repeated deep inside', 'packages:\n  - a: { paths: [], paths: [] }', [
    'recipe.duplicate-key',
    7,
  ]),
];

const VALUES: readonly Malformed[] = [
  replaced(1, 'x: demo', 'recipe.missing-key'),
  replaced(1, 'name:', 'recipe.missing-key'),
  replaced(1, 'name: 7', 'recipe.wrong-type'),
  replaced(1, 'name: [a]', 'recipe.wrong-type'),
  replaced(1, 'name: true', 'recipe.wrong-type'),
  replaced(1, 'name: ../etc/passwd', 'recipe.bad-name'),
  replaced(1, 'name: "a b"', 'recipe.bad-name'),
  replaced(1, 'name: "a\\nb"', 'recipe.bad-name'),
  replaced(1, 'name: "a\\0b"', 'recipe.bad-name'),
  replaced(1, 'name: -rf', 'recipe.bad-name'),
  replaced(1, 'name: .hidden', 'recipe.bad-name'),
  replaced(1, 'name: ""', 'recipe.bad-name'),
  replaced(1, 'name: "%(version)"', 'recipe.bad-name'),
  replaced(1, `name: ${'a'.repeat(129)}`, 'recipe.bad-name'),
  replaced(2, 'version: v1.0', 'recipe.bad-version'),
  replaced(2, 'version: ""', 'recipe.bad-version'),
  replaced(2, 'version: 1/2', 'recipe.bad-version'),
  replaced(2, 'version: "1 2"', 'recipe.bad-version'),
  replaced(2, 'version: "1$(id)"', 'recipe.bad-version'),
  replaced(2, 'version: -1', 'recipe.bad-version'),
  replaced(2, 'version: true', 'recipe.wrong-type'),
  replaced(2, 'version: [1]', 'recipe.wrong-type'),
  replaced(3, 'release: 0', 'recipe.bad-release'),
  replaced(3, 'release: -1', 'recipe.bad-number'),
  replaced(3, 'release: 1.5', 'recipe.bad-number'),
  replaced(3, 'release: "1"', 'recipe.bad-number'),
  replaced(3, 'release: one', 'recipe.bad-number'),
  replaced(3, 'release: 99999999999999999999', 'recipe.bad-number'),
  replaced(4, 'homepage: {}', 'recipe.wrong-type'),
  replaced(5, 'license: 5', 'recipe.wrong-type'),
  replaced(5, 'license: [MIT, [BSD]]', 'recipe.wrong-type'),
  replaced(5, 'license: { a: b }', 'recipe.wrong-type'),
  added('a switch spelled yes', 'networking: yes', ['recipe.bad-boolean', 6]),
  added('a switch with a number', 'emul32: 1', ['recipe.bad-boolean', 6]),
  added('a switch with a list', 'strip: [true]', ['recipe.bad-boolean', 6]),
  added('an unknown toolchain', 'toolchain: tcc', ['recipe.bad-toolchain', 6]),
  added('a script that is a list', 'build: [make]', ['recipe.wrong-type', 6]),
  added('a list that is a text', 'builddeps: perl', ['recipe.wrong-type', 6]),
  added('an item that is a number', 'rundeps:\n  - 7', ['recipe.wrong-type', 7]),
  added('an unknown kind', 'builddeps:\n  - rpm(x)', ['recipe.bad-dependency', 7]),
  added('an open kind', 'builddeps:\n  - "binary(x"', ['recipe.bad-dependency', 7]),
  added('an empty dependency', 'checkdeps:\n  - ""', ['recipe.bad-dependency', 7]),
  added('a list beyond the limit', `rundeps: [${'a,'.repeat(2049)}]`, ['recipe.too-many-items', 6]),
  added('an exclusion that is too long', `rundeps-exclude: [ "${'a'.repeat(257)}" ]`, [
    'recipe.text-too-long',
    6,
  ]),
  added('a package that is a text', 'packages:\n  - devel', ['recipe.wrong-type', 7]),
  added('a package that leaves', 'packages:\n  - ../x: {}', ['recipe.bad-name', 7]),
  added('a package with an unknown macro', 'packages:\n  - "%(libdir)": {}', [
    'recipe.unknown-definition',
    7,
  ]),
  added('a path with an action', 'paths:\n  - /usr/%make', ['recipe.action-not-allowed', 7]),
  added('a summary with a built-in', 'summary: "%(_name)"', ['recipe.builtin-not-allowed', 6]),
  added('an unknown kind of path', 'paths:\n  - /usr: socket', ['recipe.bad-path-kind', 7]),
  added('a profile that is a list', 'profiles:\n  - emul32: []', ['recipe.wrong-type', 7]),
];

const URL = 'https://example.org/a.tar.xz';

const UPSTREAMS: readonly Malformed[] = [
  added('no URL', 'upstreams:\n  - hello: abcdef', ['recipe.bad-url', 7]),
  added('a transport with a program', 'upstreams:\n  - git|ext::sh -c id: abcdef0', [
    'recipe.bad-url',
    7,
  ]),
  added('a script URL', 'upstreams:\n  - "javascript:alert(1)": abcdef', ['recipe.bad-url', 7]),
  added('a URL without a file', 'upstreams:\n  - https://example.org/..: abcdef', [
    'recipe.bad-path',
    7,
  ]),
  added('a short hash', `upstreams:\n  - ${URL}: abcd`, ['recipe.bad-hash', 7]),
  added('a hash that is a path', `upstreams:\n  - ${URL}: ../../../x`, ['recipe.bad-hash', 7]),
  added('no hash', `upstreams:\n  - ${URL}: { unpack: false }`, ['recipe.missing-key', 7]),
  added('a ref for an archive', `upstreams:\n  - ${URL}: { ref: v1 }`, [
    'recipe.upstream-mismatch',
    7,
  ]),
  added('a hash for a repository', 'upstreams:\n  - git|https://h/x.git: { hash: abcdef }', [
    'recipe.upstream-mismatch',
    7,
  ]),
  added('a ref that is an option', 'upstreams:\n  - git|https://h/x.git: "--upload-pack=id"', [
    'recipe.bad-git-ref',
    7,
  ]),
  added('a ref that is a range', 'upstreams:\n  - git|https://h/x.git: a..b', [
    'recipe.bad-git-ref',
    7,
  ]),
  added('a file name that leaves', `upstreams:\n  - ${URL}: { hash: abcdef, rename: ../x }`, [
    'recipe.bad-path',
    7,
  ]),
  added('a directory that leaves', `upstreams:\n  - ${URL}: { hash: abcdef, unpackdir: a/../.. }`, [
    'recipe.bad-path',
    7,
  ]),
  added('an absolute clone', 'upstreams:\n  - git|https://h/x.git: { ref: a, clonedir: /etc }', [
    'recipe.bad-path',
    7,
  ]),
  added('too many components', `upstreams:\n  - ${URL}: { hash: abcdef, stripdirs: 256 }`, [
    'recipe.bad-number',
    7,
  ]),
];

const BUILDING: readonly Malformed[] = [
  added('an unknown action', 'build: |\n  make\n  %frobnicate', ['recipe.unknown-action', 8]),
  added('a date format', 'build: |\n  date +%Y', ['recipe.unknown-action', 7]),
  added('an encoded URL', 'setup: curl http://h/a%2Fb', ['recipe.unknown-action', 6]),
  added('an unknown definition', 'install: |\n  %(nowhere)', ['recipe.unknown-definition', 7]),
  added('an inherited property', 'install: |\n  %(constructor)', ['recipe.unknown-definition', 7]),
  added('a built-in', 'install: |\n  %(_jobs)', ['recipe.builtin-not-allowed', 7]),
  added('a macro in a profile', 'profiles:\n  - x86_64:\n      build: |\n        %nope', [
    'recipe.unknown-action',
    9,
  ]),
  added('macros that make a script too long', `build: |\n  ${'%configure '.repeat(5900)}`, [
    'recipe.script-too-long',
    7,
  ]),
  added('too many breakpoints', `build: |\n  ${'%break_exit '.repeat(20)}`, [
    'recipe.too-many-breakpoints',
    7,
  ]),
  added('an unknown tuning group', 'tuning:\n  - lto\n  - warp', [
    'recipe.unknown-tuning-group',
    8,
  ]),
  added('an unknown tuning option', 'tuning:\n  - icf: no', ['recipe.unknown-tuning-option', 7]),
  added('an unknown architecture', 'architectures: [ pdp11 ]', ['recipe.no-targets', 6]),
];

const CASES = [...YAML, ...VALUES, ...UPSTREAMS, ...BUILDING];

describe('malformed recipes', () => {
  it('are a hundred and more', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(100);
  });

  it.each(CASES)('refuses $what', ({ text, code, line }) => {
    const before = process.cpuUsage();
    const { verdict, errors } = checkRecipe(text, { fileName: 'stone.yaml' });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(TIME_MS_MAX);
    expect(verdict).toBe('reject');
    expect(errors[0]).toMatchObject({ code, file: 'stone.yaml', line });
    expect(errors[0]?.column).toBeGreaterThan(0);
    expect(errors[0]?.message).not.toBe('');
  });
});
