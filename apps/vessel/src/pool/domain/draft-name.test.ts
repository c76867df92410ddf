import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { DraftNames, writerOf } from './draft-name.js';

it('names drafts of one process differently, and so that it can be told whose they are', () => {
  const writerId = randomUUID();
  const names = new DraftNames(writerId);
  const [one, two] = [names.next(), names.next()];
  expect(one).not.toBe(two);
  expect([writerOf(one), writerOf(two)]).toEqual([writerId, writerId]);
});

it('knows no writer of other names', () => {
  for (const name of ['a.partial', `${randomUUID()}.partial`, `${randomUUID()}-1`, 'stone.index']) {
    expect(writerOf(name)).toBeUndefined();
  }
});
