import { invariant, type Instant } from '@cairn/std';
import { allocate, type AllocationFacts, type Assignment } from '../allocation/allocate.js';
import type { BuilderFacts } from '../allocation/builder-fit.js';
import type { ReadyTask } from '../allocation/ready-task.js';
import { seededRandom, standardNormal, type Random } from '../graph/random.js';
import type { PlanStep } from '../plan/build-plan.js';
import { dependantsOf, tailsMs } from '../plan/step-order.js';
import { Capacity } from './capacity.js';
import { planBoundMs } from '../plan/plan-bound.js';
import { DecisionHash } from './decision-hash.js';
import { EventQueue } from './event-queue.js';

type SimulatedStep = Pick<PlanStep, 'id' | 'source' | 'after'>;

/** What is simulated. The same values give the same result, to the last decision. */
export interface SimulationFacts {
  readonly steps: readonly SimulatedStep[];
  /** What a build of this source really takes. */
  readonly durationMsOf: (source: string) => number;
  readonly builderCount: number;
  readonly seed: number;
  /** `longest-path` is what summit does; `first-come` serves steps in the order in which they became ready. */
  readonly policy?: 'longest-path' | 'first-come';
  /** Predictions are off by a log-normal factor of this size; 1 or absent = exact. */
  readonly noiseFactor?: number;
  /** Share of builds (0 to below 1) that fail at their end and are tried again. */
  readonly failureShare?: number;
  /** Builders leave and come back after exponentially distributed times; a build under way is lost and tried again. */
  readonly comingAndGoing?: { readonly meanPresentMs: number; readonly meanAbsentMs: number };
  readonly onAllocation?: AllocationWitness;
}

/** How a simulated mass rebuild went. */
export interface SimulationResult {
  readonly makespanMs: number;
  /** The greater of the critical path and the time in which the builders could have done the work really run. */
  readonly lowerBoundMs: number;
  /** Longest chain of builds that had to follow each other, failed and lost ones included. */
  readonly criticalPathMs: number;
  /** No order of these steps can be faster: for some step, what leads to it, itself, and all that stands behind it spread over the builders. */
  readonly planBoundMs: number;
  /** Time that builders were building, failed and lost builds included. */
  readonly workMs: number;
  /** Work against the builder time there was until the end. */
  readonly utilisation: number;
  readonly builds: number;
  readonly failures: number;
  readonly losses: number;
  readonly decisionHash: string;
  /** Every build in the order of its start. */
  readonly decisions: readonly SimulatedBuild[];
}

/** Told of every allocation of a simulation, to keep a log of it. */
export type AllocationWitness = (
  facts: AllocationFacts<string>,
  assignments: readonly Assignment<string>[],
) => void;

/** One simulated build. */
export interface SimulatedBuild {
  readonly step: string;
  readonly builderId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: 'built' | 'failed' | 'lost';
}

type SimulationEvent =
  | { readonly kind: 'build-ended'; readonly build: RunningBuild }
  | { readonly kind: 'builder-left' | 'builder-came'; readonly builderId: string };

interface RunningBuild {
  readonly step: SimulatedStep;
  readonly builderId: string;
  readonly startMs: number;
  /** Moved forward when the builder leaves before. */
  endMs: number;
  readonly isFailing: boolean;
  isLost: boolean;
}

/** Runs the steps on simulated builders, decided by the same `allocate` that summit uses. */
export function simulate(facts: SimulationFacts): SimulationResult {
  invariant(facts.builderCount >= 1, 'there is at least one builder');
  invariant((facts.failureShare ?? 0) < 1, 'some builds succeed');
  return new Simulation(facts).run();
}

class Simulation {
  readonly #facts: SimulationFacts;
  readonly #random: Random;
  readonly #byId: ReadonlyMap<string, SimulatedStep>;
  readonly #dependants: ReadonlyMap<string, readonly string[]>;
  readonly #waits: Map<string, number>;
  readonly #predictedTails: ReadonlyMap<string, number>;
  readonly #builders: ReadonlyMap<string, BuilderFacts>;
  readonly #present = new Set<string>();
  readonly #running = new Map<string, RunningBuild>();
  readonly #ready = new Map<string, ReadyTask<string>>();
  readonly #events = new EventQueue<SimulationEvent>();
  readonly #capacity = new Capacity();
  readonly #hash = new DecisionHash();
  readonly #builds: RunningBuild[] = [];
  #nowMs = 0;
  #left: number;
  #lastEndMs = 0;

  constructor(facts: SimulationFacts) {
    this.#facts = facts;
    this.#random = seededRandom(facts.seed);
    this.#byId = new Map(facts.steps.map((step) => [step.id, step]));
    this.#dependants = dependantsOf(facts.steps);
    this.#waits = new Map(facts.steps.map((step) => [step.id, step.after.length]));
    this.#predictedTails = tailsMs(facts.steps, this.#predictions());
    this.#builders = new Map(
      Array.from({ length: facts.builderCount }, (_, place) => {
        const builderId = `builder-${place}`;
        return [builderId, { builderId, sizeClass: 'small', architectures: ['x86_64'] }];
      }),
    );
    this.#left = facts.steps.length;
  }

  run(): SimulationResult {
    for (const builderId of this.#builders.keys()) this.#arrive(builderId);
    for (const step of this.#facts.steps) if (step.after.length === 0) this.#becomeReady(step);
    this.#allocate();
    while (this.#left > 0) {
      this.#nowMs = this.#events.nextAtMs();
      invariant(this.#nowMs < Infinity, 'something happens until everything is built');
      while (this.#events.nextAtMs() === this.#nowMs) {
        const event = this.#events.pop();
        if (event !== undefined) this.#handle(event);
      }
      this.#allocate();
    }
    return this.#result();
  }

  #handle(event: SimulationEvent): void {
    switch (event.kind) {
      case 'build-ended':
        if (!event.build.isLost) this.#finish(event.build);
        return;
      case 'builder-left':
        this.#leave(event.builderId);
        return;
      case 'builder-came':
        this.#arrive(event.builderId);
        return;
    }
  }

  #finish(build: RunningBuild): void {
    this.#running.delete(build.builderId);
    if (build.isFailing) {
      this.#becomeReady(build.step);
      return;
    }
    this.#left -= 1;
    this.#lastEndMs = this.#nowMs;
    for (const id of this.#dependants.get(build.step.id) ?? []) {
      const waits = (this.#waits.get(id) ?? 0) - 1;
      this.#waits.set(id, waits);
      const step = this.#byId.get(id);
      if (waits === 0 && step !== undefined) this.#becomeReady(step);
    }
  }

  #arrive(builderId: string): void {
    this.#present.add(builderId);
    this.#capacity.change(this.#nowMs, 1);
    const stay = this.#facts.comingAndGoing;
    if (stay !== undefined) {
      this.#events.push(this.#nowMs + this.#exponentialMs(stay.meanPresentMs), {
        kind: 'builder-left',
        builderId,
      });
    }
  }

  #leave(builderId: string): void {
    this.#present.delete(builderId);
    this.#capacity.change(this.#nowMs, -1);
    const lost = this.#running.get(builderId);
    if (lost !== undefined) {
      lost.isLost = true;
      this.#running.delete(builderId);
      lost.endMs = this.#nowMs;
      this.#becomeReady(lost.step);
    }
    const absence = this.#exponentialMs(this.#facts.comingAndGoing?.meanAbsentMs ?? 0);
    this.#events.push(this.#nowMs + absence, { kind: 'builder-came', builderId });
  }

  #becomeReady(step: SimulatedStep): void {
    const isLongestFirst = (this.#facts.policy ?? 'longest-path') === 'longest-path';
    this.#ready.set(step.id, {
      taskId: step.id,
      project: 'simulated',
      sizeClass: 'small',
      needs: NEEDS,
      tailMs: isLongestFirst ? (this.#predictedTails.get(step.id) ?? 0) : 0,
      readySince: this.#nowMs as Instant,
    });
  }

  #allocate(): void {
    const idle = [...this.#present].filter((builderId) => !this.#running.has(builderId));
    if (idle.length === 0 || this.#ready.size === 0) return;
    const allocation: AllocationFacts<string> = {
      readyTasks: [...this.#ready.values()],
      idleSlots: idle.map((builderId) => ({ builderId, slot: 0 })),
      builders: [...this.#present].flatMap((builderId) => this.#builders.get(builderId) ?? []),
      now: this.#nowMs as Instant,
    };
    const assignments = allocate(allocation);
    this.#facts.onAllocation?.(allocation, assignments);
    for (const { taskId, builderId } of assignments) this.#start(taskId, builderId);
  }

  #start(id: string, builderId: string): void {
    const step = this.#byId.get(id);
    invariant(step !== undefined && this.#ready.delete(id), 'only ready steps are started');
    this.#hash.add(this.#nowMs, id, builderId);
    const build: RunningBuild = {
      step,
      builderId,
      startMs: this.#nowMs,
      endMs: this.#nowMs + this.#facts.durationMsOf(step.source),
      isFailing: this.#random() < (this.#facts.failureShare ?? 0),
      isLost: false,
    };
    this.#builds.push(build);
    this.#running.set(builderId, build);
    this.#events.push(build.endMs, { kind: 'build-ended', build });
  }

  /** Each source is predicted wrong by its own factor, the same for all its steps. */
  #predictions(): (step: SimulatedStep) => number {
    const spread = Math.log(Math.max(1, this.#facts.noiseFactor ?? 1));
    const factors = new Map<string, number>();
    const random = seededRandom(this.#facts.seed ^ NOISE_SEED);
    for (const source of [...new Set(this.#facts.steps.map((step) => step.source))].sort()) {
      factors.set(source, Math.exp(spread * standardNormal(random)));
    }
    return (step) => this.#facts.durationMsOf(step.source) * (factors.get(step.source) ?? 1);
  }

  #exponentialMs(meanMs: number): number {
    return -meanMs * Math.log(1 - this.#random());
  }

  #result(): SimulationResult {
    const workMs = this.#builds.reduce((sum, build) => sum + (build.endMs - build.startMs), 0);
    const builtMs = new Map<string, number>();
    for (const { step, startMs, endMs } of this.#builds) {
      builtMs.set(step.id, (builtMs.get(step.id) ?? 0) + endMs - startMs);
    }
    const tails = tailsMs(this.#facts.steps, (step) => builtMs.get(step.id) ?? 0);
    const criticalPathMs = [...tails.values()].reduce(
      (longest, tail) => Math.max(longest, tail),
      0,
    );
    const availableMs = this.#capacity.availableMs(this.#lastEndMs);
    return {
      makespanMs: this.#lastEndMs,
      lowerBoundMs: Math.max(criticalPathMs, this.#capacity.timeForMs(workMs)),
      criticalPathMs,
      planBoundMs: planBoundMs(this.#facts),
      workMs,
      utilisation: availableMs === 0 ? 0 : workMs / availableMs,
      builds: this.#builds.length,
      failures: this.#builds.filter((build) => build.isFailing && !build.isLost).length,
      losses: this.#builds.filter((build) => build.isLost).length,
      decisionHash: this.#hash.text(),
      decisions: this.#builds.map((build) => ({
        step: build.step.id,
        builderId: build.builderId,
        startMs: build.startMs,
        endMs: build.endMs,
        outcome: build.isLost ? 'lost' : build.isFailing ? 'failed' : 'built',
      })),
    };
  }
}

const NEEDS = { architecture: 'x86_64' } as const;
const NOISE_SEED = 0x6e6f6973;
