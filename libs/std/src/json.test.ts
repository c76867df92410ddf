import { expect, it } from 'vitest';
import { jsonOf } from './json.js';

it('reads JSON, and gives nothing for anything else', () => {
  const of = (text: string) => jsonOf(new TextEncoder().encode(text));
  expect(of(' {"a": ["ü"]}\n')).toEqual({ a: ['ü'] });
  expect([of(''), of('{'), of('x'), jsonOf(Uint8Array.of(0x22, 0xff, 0x22))]).toEqual(
    Array.from({ length: 4 }),
  );
});
