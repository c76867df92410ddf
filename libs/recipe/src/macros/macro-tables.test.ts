import { describe, expect, it } from 'vitest';

import { parseDependency } from '@cairn/stone';

import { ACTIONS, definitionsFor } from './macro-tables.js';
import { MacroExpander } from './macro-expander.js';

const definitions = definitionsFor({
  build_platform: 'a',
  host_platform: 'b',
  target_triple: 'c',
  march: 'd',
  mtune: 'e',
});
const builtIns = Object.fromEntries(
  Object.values(definitions)
    .flatMap((text) => [...text.matchAll(/%\(_(\w+)\)/g)])
    .map(([, name]) => [name ?? '', 'x']),
);

describe('the macro tables', () => {
  it('hold the 67 actions', () => {
    expect(Object.keys(ACTIONS)).toHaveLength(67);
  });

  it.each(Object.keys(ACTIONS))('expand %%%s without a fault', (name) => {
    const expanded = new MacroExpander({ actions: ACTIONS, definitions, builtIns });
    expect(expanded.expandAction(name)).toMatchObject({ ok: true });
  });

  it('name only well-formed dependencies', () => {
    const needs = Object.values(ACTIONS).flatMap((action) => action.needs);
    expect(needs.filter((need) => !parseDependency(need).ok)).toEqual([]);
  });
});

describe('MacroExpander', () => {
  it('stops at the depth limit', () => {
    const expander = new MacroExpander({
      actions: { loop: { text: '%loop', needs: [] } },
      definitions: {},
      builtIns: {},
    });
    expect(expander.expandAction('loop')).toMatchObject({
      ok: false,
      error: { code: 'recipe.macro-too-deep' },
    });
  });

  it('stops when doubling macros grow beyond the limit', () => {
    const doubling = Array.from({ length: 40 }, (_, level): [string, string] => [
      `d${level}`,
      `%(d${level + 1})%(d${level + 1})`,
    ]);
    const expander = new MacroExpander({
      actions: {},
      definitions: { ...Object.fromEntries(doubling), d40: 'xxxxxxxx' },
      builtIns: {},
    });
    expect(expander.expandToken({ kind: 'definition', value: 'd0', offset: 0 })).toMatchObject({
      ok: false,
      error: { code: 'recipe.script-too-long' },
    });
  });

  it('collects the needs of nested actions and trims stored texts', () => {
    const expander = new MacroExpander({
      actions: {
        outer: { text: '  %inner rest  ', needs: ['a'] },
        inner: { text: '\nx\n', needs: ['b'] },
      },
      definitions: {},
      builtIns: {},
    });
    expect(expander.expandAction('outer')).toEqual({ ok: true, value: 'x rest' });
    expect([...expander.needs].sort()).toEqual(['a', 'b']);
  });
});
