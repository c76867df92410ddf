// What can happen to channels, in any order.
import fc from 'fast-check';
import { CHANNELS } from './channel-model.conformance.js';

const SOURCES = ['alder', 'birch', 'cedar', 'damson'] as const;
/** Most steps take less, so that some are cut off and some are not. */
const KILLED_WITHIN_MS = 40;

/** Nothing, a public folder that takes no file, or the end of the process after a time. */
export type Crash =
  { readonly kind: 'none' | 'disk' } | { readonly kind: 'kill'; readonly atMs: number };

const crash: fc.Arbitrary<Crash> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'none' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'disk' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), atMs: fc.nat(KILLED_WITHIN_MS) }),
  },
);
const channel = fc.constantFrom(...CHANNELS);
const sources = fc.uniqueArray(fc.constantFrom(...SOURCES), { minLength: 1, maxLength: 3 });
const source = fc.constantFrom(...SOURCES);
const nth = fc.nat(20);

function step<Kind extends string, More>(
  weight: number,
  kind: Kind,
  more: { [Key in keyof More]: fc.Arbitrary<More[Key]> },
) {
  const arbitrary = fc.record({ kind: fc.constant(kind), ...more }) as unknown as fc.Arbitrary<
    { readonly kind: Kind } & Readonly<More>
  >;
  return { weight, arbitrary };
}

export const stepArbitrary = fc.oneof(
  step(5, 'publish', { channel, sources, crash }),
  step(1, 'stage', { channel, source }),
  step(2, 'tag', { channel, tag: fc.constantFrom('t1', 't2') }),
  step(2, 'promote', { from: channel, to: channel, isWhole: fc.boolean(), sources, crash }),
  step(2, 'roll-back', { channel, nth, crash }),
  step(1, 'remove', { channel, source, crash }),
  step(1, 'yank', { channel, source, crash }),
  step(1, 'pin', { channel, source }),
  step(1, 'lease', { channel, nth, days: fc.nat(30) }),
  step(4, 'wait', { hours: fc.nat(200) }),
  step(4, 'prune', { crash }),
);
export type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;
export type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;
