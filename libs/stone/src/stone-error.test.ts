import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STONE_ERRORS, stoneError } from './stone-error.js';

const DOCUMENT = join(resolve(import.meta.dirname, '../../..'), 'docs/protocol/errors-stone.md');

describe('error codes', () => {
  it('are documented, each with its sentence, and none is documented that does not exist', () => {
    const rows = [
      ...readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `([a-z0-9.-]+)`\s*\| (.*?)\s*\|$/gm),
    ];
    const documented: Record<string, string> = Object.fromEntries(
      rows.map(([, code = '', sentence = '']) => [code, sentence]),
    );
    expect(documented).toEqual(STONE_ERRORS);
  });

  it('make a message of their sentence and of what was expected and found', () => {
    const error = stoneError('stone.version', { offset: 28 }, { expected: 1, found: 2 });
    expect(error).toEqual({
      code: 'stone.version',
      offset: 28,
      message: 'The container version is not 1, the only one that exists: expected 1, found 2.',
      expected: '1',
      found: '2',
    });
    expect(stoneError('stone.magic', { offset: 0 })).not.toHaveProperty('expected');
  });
});
