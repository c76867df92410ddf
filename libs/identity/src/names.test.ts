import { expect, it } from 'vitest';
import { inboxPrefix, isBuilderId, isReplySubjectOf } from './names.js';

it.each(['a', 'attic-3', '0x', 'a'.repeat(63)])('takes %s as builder id', (id) => {
  expect(isBuilderId(id)).toBe(true);
});

it.each(['', '-a', 'A', 'a.b', 'a*', 'a>', 'a b', 'summit', 'vessel', 'a'.repeat(64), 'a\n'])(
  'refuses %j as builder id',
  (id) => {
    expect(isBuilderId(id)).toBe(false);
  },
);

it("knows a sender's own inbox and nothing else", () => {
  expect(isReplySubjectOf('attic', `${inboxPrefix('attic')}.x1.2`)).toBe(true);
  expect(isReplySubjectOf('attic', `${inboxPrefix('attic2')}.x1`)).toBe(false);
  expect(isReplySubjectOf('attic', '_INBOX.attic.')).toBe(false);
  expect(isReplySubjectOf('attic', '_INBOX.attic.>')).toBe(false);
  expect(isReplySubjectOf('attic', 'builder.cellar.order.build.v1')).toBe(false);
});
