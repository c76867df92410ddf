import type { PlanStep } from './build-plan.js';
import { topological } from './step-order.js';

/** Steps, what they take, and how many are built at a time. */
export interface BoundFacts {
  readonly steps: readonly Pick<PlanStep, 'id' | 'source' | 'after'>[];
  readonly durationMsOf: (source: string) => number;
  readonly builderCount: number;
}

/**
 * A lower bound on the time of any schedule: for each step the longest way to its end, then everything that must come after it shared evenly
 * among the builders; the greatest of these, of the critical path and of all work shared evenly.
 */
export function planBoundMs(facts: BoundFacts): number {
  const { durations, ends, workBehind } = measured(facts);
  let bound = durations.reduce((sum, each) => sum + each, 0) / facts.builderCount;
  for (const [number, end] of ends.entries()) {
    bound = Math.max(bound, end + (workBehind[number] ?? 0) / facts.builderCount);
  }
  return bound;
}

/** The sources on the longest way to the step that decides the bound, that step's first. */
export function criticalStepChain(facts: BoundFacts): string[] {
  const { ends, workBehind, after } = measured(facts);
  const boundOf = (number: number) =>
    (ends[number] ?? 0) + (workBehind[number] ?? 0) / facts.builderCount;
  let at = [...ends.keys()].reduce<number | undefined>(
    (best, number) => (best === undefined || boundOf(number) > boundOf(best) ? number : best),
    undefined,
  );
  const chain: string[] = [];
  while (at !== undefined) {
    chain.push(facts.steps[at]?.source ?? '');
    at = (after[at] ?? []).reduce<number | undefined>(
      (latest, before) =>
        latest === undefined || (ends[before] ?? 0) > (ends[latest] ?? 0) ? before : latest,
      undefined,
    );
  }
  return chain;
}

function measured(facts: BoundFacts) {
  const numberOf = new Map(facts.steps.map((step, number) => [step.id, number]));
  const durations = facts.steps.map((step) => facts.durationMsOf(step.source));
  const after = facts.steps.map((step) => step.after.flatMap((id) => numberOf.get(id) ?? []));
  const order = topological(facts.steps).flatMap((id) => numberOf.get(id) ?? []);
  const ends = endsMs(order, after, durations);
  const workBehind = behindSets(order, after).map((bits) => sumOver(bits, durations));
  return { durations, ends, workBehind, after };
}

const BITS_PER_WORD = 32;

function endsMs(
  order: readonly number[],
  after: readonly (readonly number[])[],
  durations: readonly number[],
): number[] {
  const ends = durations.map(() => 0);
  for (const number of order) {
    const start = (after[number] ?? []).reduce(
      (latest, before) => Math.max(latest, ends[before] ?? 0),
      0,
    );
    ends[number] = start + (durations[number] ?? 0);
  }
  return ends;
}

/** For each step a bit set of all steps that stand behind it. */
function behindSets(
  order: readonly number[],
  after: readonly (readonly number[])[],
): Uint32Array[] {
  const words = Math.ceil(after.length / BITS_PER_WORD);
  const behind = after.map(() => new Uint32Array(words));
  for (const number of [...order].reverse()) {
    const own = behind[number];
    for (const before of after[number] ?? []) {
      const target = behind[before];
      if (own === undefined || target === undefined) continue;
      for (let word = 0; word < words; word += 1)
        target[word] = (target[word] ?? 0) | (own[word] ?? 0);
      const word = Math.floor(number / BITS_PER_WORD);
      target[word] = (target[word] ?? 0) | (1 << (number % BITS_PER_WORD));
    }
  }
  return behind;
}

function sumOver(bits: Uint32Array, values: readonly number[]): number {
  let sum = 0;
  for (const [word, mask] of bits.entries()) {
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      sum += values[word * BITS_PER_WORD + 31 - Math.clz32(rest & -rest)] ?? 0;
    }
  }
  return sum;
}
