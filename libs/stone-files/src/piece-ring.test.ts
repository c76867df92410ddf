import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PieceRing } from './piece-ring.js';

it('gives no buffer out again before what was in it has been taken', async () => {
  const finish: (() => void)[] = [];
  const taken: number[] = [];
  const ring = new PieceRing((piece) => {
    taken.push(piece[0] ?? 0);
    return new Promise<void>((done) => finish.push(done));
  });
  const used = new Set<ArrayBufferLike>();
  for (let at = 0; at < 4; at++) {
    const piece = await ring.next();
    expect(used.has(piece.buffer)).toBe(false);
    used.add(piece.buffer);
    piece[0] = at;
    ring.hand(piece.subarray(0, 1));
  }
  let fifth: Uint8Array | undefined;
  void ring.next().then((piece) => (fifth = piece));
  await nextTurn();
  expect(fifth).toBeUndefined();
  finish[0]?.();
  await nextTurn();
  expect(fifth?.[0]).toBe(0);
  expect(taken).toEqual([0, 1, 2, 3]);
});

it('uses one buffer when pieces are taken at once', async () => {
  const ring = new PieceRing(() => undefined);
  const first = await ring.next();
  ring.hand(first);
  expect((await ring.next()).buffer).toBe(first.buffer);
});

it('tells the first failure, and only after nobody uses a piece any more', async () => {
  let isDone = false;
  const takers = [
    () => Promise.reject(new Error('disk full')),
    () =>
      nextTurn().then(() => {
        isDone = true;
      }),
  ];
  const ring = new PieceRing(() => takers.shift()?.());
  ring.hand(await ring.next());
  ring.hand(await ring.next());
  await expect(ring.drain()).rejects.toThrow('disk full');
  expect(isDone).toBe(true);
});
