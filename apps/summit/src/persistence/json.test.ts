import { expect, it } from 'vitest';
import { storableText, toJson } from './json.js';

it('replaces what Postgres cannot store, in texts and in keys', () => {
  expect(storableText('a\0b')).toBe('a\ufffdb');
  expect(storableText('a\ud800b')).toBe('a\ufffdb');
  expect(toJson({ 'a\0': ['\udc00', 1, null, { deep: 'x\0' }] })).toEqual({
    'a\ufffd': ['\ufffd', 1, null, { deep: 'x\ufffd' }],
  });
});

it('keeps everything else as it is', () => {
  const value = { text: 'ü 🪨 \n', list: [1, 2.5, true, null], nested: { empty: {} } };
  expect(toJson(value)).toEqual(value);
  expect(toJson(null)).toBeNull();
  expect(toJson({ left: undefined, kept: 1 })).toEqual({ kept: 1 });
});
