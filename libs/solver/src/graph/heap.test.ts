import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from './heap.js';

it('hands out what came in first and later, smallest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (first, later) => {
      const heap = new Heap<number>((left, right) => left - right, first);
      for (const item of later) heap.push(item);
      expect(heap.size).toBe(first.length + later.length);
      const out: number[] = [];
      while (heap.size > 0) {
        const next = heap.peek();
        expect(heap.pop()).toBe(next);
        out.push(next ?? NaN);
      }
      expect(out).toEqual([...first, ...later].sort((left, right) => left - right));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
