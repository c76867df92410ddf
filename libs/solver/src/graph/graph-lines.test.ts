import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPENDENCY_LENGTH_MAX, parseGraphLines, parseImpliedLines } from './graph-lines.js';

const line = {
  name: 'a',
  builddeps: ['b'],
  packages: [{ name: 'a', provides: [], depends: ['c'] }],
};

describe('a graph file', () => {
  it('is read line by line, blank lines and unknown fields are ignored', () => {
    const text = `\n${JSON.stringify({ ...line, version: '1' })}\n\n${JSON.stringify({ name: 'b' })}`;
    expect(parseGraphLines(text)).toEqual({
      ok: true,
      value: [
        { source: 'a', buildDepends: ['b'], packages: line.packages },
        { source: 'b', buildDepends: [], packages: [] },
      ],
    });
  });

  it.each([
    ['{', 'not JSON'],
    ['7', 'the line is no object'],
    ['{}', 'name holds something that is no text'],
    ['{"name":"a","builddeps":"b"}', 'builddeps is no list'],
    ['{"name":"a","builddeps":[1]}', 'builddeps holds something that is no text'],
    ['{"name":"a","packages":[null]}', 'a package is no object'],
    [`{"name":"${'x'.repeat(DEPENDENCY_LENGTH_MAX + 1)}"}`, /beyond/],
  ])('refuses %j', (text, message) => {
    expect(parseGraphLines(`{"name":"first"}\n${text}`)).toMatchObject({
      ok: false,
      error: { code: 'plan.bad-graph', line: 2, message: expect.stringMatching(message) as string },
    });
  });

  it('refuses a source that stands there twice', () => {
    expect(parseGraphLines('{"name":"a"}\n{"name":"a"}')).toMatchObject({
      ok: false,
      error: { line: 2 },
    });
  });

  it('never throws, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseGraphLines(text).ok).toBe('boolean');
        expect(typeof parseImpliedLines(text).ok).toBe('boolean');
      }),
    );
  });
});

it('reads what a source implies', () => {
  const found = parseImpliedLines('{"name":"a","base":["clang"],"macros":["binary(cmake)"]}');
  expect(found).toEqual({
    ok: true,
    value: new Map([['a', { base: ['clang'], macros: ['binary(cmake)'] }]]),
  });
});
