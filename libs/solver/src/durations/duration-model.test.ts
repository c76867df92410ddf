import type { Instant } from '@cairn/std';
import { describe, expect, it } from 'vitest';
import { seededRandom, standardNormal } from '../graph/random.js';
import { DurationModel, type DurationSample } from './duration-model.js';

function sample(
  source: string,
  durationMs: number,
  more: Partial<DurationSample> = {},
): DurationSample {
  return {
    source,
    architecture: 'x86_64',
    builderClass: 'small',
    durationMs,
    endedAt: 0 as Instant,
    ...more,
  };
}

const ask = (source: string, builderClass = 'small') => ({
  source,
  architecture: 'x86_64',
  builderClass,
});

describe('predicted durations', () => {
  it('have a wide interval when nothing is known', () => {
    const found = new DurationModel([]).predict(ask('a'));
    expect(found).toMatchObject({ basis: 'nothing', samples: 0 });
    expect(found.highMs / found.lowMs).toBeGreaterThan(20);
  });

  it('come close to what a source took, closer with more builds', () => {
    const others = ['x', 'y', 'z'].map((source) => sample(source, 1_000_000));
    const one = new DurationModel([...others, sample('a', 60_000)]).predict(ask('a'));
    const many = new DurationModel([
      ...others,
      ...Array.from({ length: 8 }, () => sample('a', 60_000)),
    ]).predict(ask('a'));
    expect(Math.abs(many.expectedMs - 60_000)).toBeLessThan(Math.abs(one.expectedMs - 60_000));
    expect(many.expectedMs / 60_000).toBeCloseTo(1, 1);
    expect(many.highMs / many.lowMs).toBeLessThan(one.highMs / one.lowMs);
  });

  it('follow newer builds more than older ones', () => {
    const old = Array.from({ length: 4 }, (_, place) =>
      sample('a', 10_000, { endedAt: place as Instant }),
    );
    const fresh = Array.from({ length: 4 }, (_, place) =>
      sample('a', 40_000, { endedAt: (100 + place) as Instant }),
    );
    expect(new DurationModel([...old, ...fresh]).predict(ask('a')).expectedMs).toBeGreaterThan(
      20_000,
    );
  });

  it('carry over to a builder class that never built the source', () => {
    const both = ['x', 'y', 'z', 'w'].flatMap((source, place) => [
      sample(source, 100_000 * (place + 1)),
      sample(source, 25_000 * (place + 1), { builderClass: 'large' }),
    ]);
    const model = new DurationModel([...both, sample('a', 80_000)]);
    expect(
      model.predict(ask('a')).expectedMs / model.predict(ask('a', 'large')).expectedMs,
    ).toBeGreaterThan(2);
  });

  it('do not depend on the order of the history', () => {
    const random = seededRandom(3);
    const samples = Array.from({ length: 60 }, (_, place) =>
      sample(`s${place % 9}`, Math.exp(10 + standardNormal(random)), {
        endedAt: (place % 7) as Instant,
      }),
    );
    const turned = new DurationModel([...samples].reverse());
    const model = new DurationModel(samples);
    for (let place = 0; place < 9; place += 1) {
      const [left, right] = [model, turned].map((each) => each.predict(ask(`s${place}`)));
      expect(left).toEqual(right);
    }
  });

  it('hold about eight of ten builds within the interval, and err by less than a quarter', () => {
    const random = seededRandom(11);
    const typical = Array.from({ length: 300 }, () => Math.exp(12 + 1.5 * standardNormal(random)));
    const build = (place: number) => (typical[place] ?? 0) * Math.exp(0.2 * standardNormal(random));
    const samples = typical.flatMap((_, place) =>
      Array.from({ length: 3 }, (_unused, run) =>
        sample(`s${place}`, build(place), { endedAt: run as Instant }),
      ),
    );
    const model = new DurationModel(samples);
    let inside = 0;
    let error = 0;
    for (const place of typical.keys()) {
      const real = build(place);
      const found = model.predict(ask(`s${place}`));
      if (real >= found.lowMs && real <= found.highMs) inside += 1;
      error += Math.abs(found.expectedMs - real) / real;
    }
    expect(inside / 300).toBeGreaterThan(0.72);
    expect(inside / 300).toBeLessThan(0.9);
    expect(error / 300).toBeLessThan(0.25);
  });
});
