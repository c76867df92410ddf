// Times of the solver on the real graph and on generated ones of the same shape; medians, one JSON object.
// Needs the built library (`npx tsc -b libs/solver`).
//   node tools/bench/solver.mjs [--runs 15] [--graph FILE] [--simulate [--seeds 10]]
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as solver from '../../libs/solver/dist/index.js';

const ROOT = resolve(import.meta.dirname, '../..');
const TASKS = 1_500;
const BUILDERS = 200;
const GROWTH_SIZES = [1_737, 10_000, 100_000];
const SIMULATED = { builders: [2, 8, 40, 200], sigmas: [1, 1.5, 2] };
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    graph: { type: 'string', default: join(ROOT, '../shared/data/graph.jsonl') },
    simulate: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '10' },
  },
});
const seeds = Math.max(1, Number(values.seeds));
const runs = Math.max(3, Number(values.runs));
const isReal = existsSync(values.graph);
const shape = isReal ? readGraph(values.graph) : generated(GROWTH_SIZES[0], undefined);

const report = { node: process.version, runs, graph: isReal ? 'real' : 'generated' };
report.graph_ms = graphMs(shape, runs);
report.update_ms = updateMs();
report.plan_ms = planMs();
report.allocate_ms = allocateMs();
report.explain_ms = explainMs();
report.graph_vs_nested_scan = againstNestedScan();
Object.assign(report, growth());
if (values.simulate) report.simulation = simulations();
console.log(JSON.stringify(report, undefined, 2));

function readGraph(path) {
  const parsed = solver.parseGraphLines(readFileSync(path, 'utf8'));
  if (!parsed.ok) throw new Error(`${path}:${parsed.error.line}: ${parsed.error.message}`);
  return parsed.value;
}

/** A fresh copy, so that no string has been hashed before. */
function fresh(nodes) {
  return JSON.parse(JSON.stringify(nodes));
}

function median(times) {
  const sorted = [...times].sort((left, right) => left - right);
  return sorted[sorted.length >> 1];
}

function rounded(value) {
  return Number(value.toPrecision(3));
}

function timed(count, prepare, run) {
  const times = [];
  for (let round = 0; round < count; round += 1) {
    const input = prepare(round);
    const start = performance.now();
    run(input);
    times.push(performance.now() - start);
  }
  return median(times);
}

function graphMs(nodes, count) {
  return rounded(
    timed(
      count,
      () => fresh(nodes),
      (input) => {
        const graph = solver.buildGraph(input);
        solver.cyclesOf(graph.adjacency());
      },
    ),
  );
}

/** One source gets another dependency and another capability; edges and unresolved are looked at afterwards. */
function updateMs() {
  const graph = solver.buildGraph(fresh(shape));
  graph.adjacency();
  const names = graph.sourceNames();
  const change = (round) => {
    const node = graph.node(names[(round * 97) % names.length]);
    const packages = node.packages.map((each, place) =>
      place === 0 ? { ...each, provides: [...each.provides, `soname(libnew.so.${round})`] } : each,
    );
    const buildDepends = [...node.buildDepends, `name(${names[(round * 31) % names.length]})`];
    return { ...node, buildDepends, packages };
  };
  graph.update(change(0));
  return rounded(
    timed(20 * runs, change, (node) => {
      graph.update(node);
      for (const name of graph.sourceNames()) graph.edgesOf(name);
    }),
  );
}

function planMs() {
  const graph = solver.buildGraph(fresh(shape));
  graph.adjacency();
  return rounded(
    timed(
      runs,
      () => graph,
      (each) => solver.makePlan(each),
    ),
  );
}

function allocateMs() {
  const architectures = ['x86_64', 'aarch64'];
  const sizes = solver.SIZE_CLASSES;
  const builders = Array.from({ length: BUILDERS }, (_, place) => ({
    builderId: `builder-${place}`,
    sizeClass: sizes[place % 3],
    architectures: [architectures[place % 5 === 0 ? 1 : 0]],
    isaLevel: 1 + (place % 3),
    memoryBytes: (8 + (place % 4) * 8) * 2 ** 30,
  }));
  const readyTasks = Array.from({ length: TASKS }, (_, place) => ({
    taskId: place,
    project: `project-${place % 4}`,
    sizeClass: sizes[(place * 7) % 3],
    needs: {
      architecture: architectures[place % 6 === 0 ? 1 : 0],
      isaLevel: 1 + (place % 3),
      memoryBytes: (4 + (place % 5) * 4) * 2 ** 30,
    },
    tailMs: (place * 7_919) % 100_003,
    readySince: place,
  }));
  const idleSlots = builders.map(({ builderId }) => ({ builderId, slot: 0 }));
  const facts = { readyTasks, idleSlots, builders, now: 10_000 };
  return rounded(timed(10 * runs, () => facts, solver.allocate));
}

/** Readiness and reason of every task of a large queue, graph included. */
function explainMs() {
  const tasks = shape.slice(0, TASKS).map((node, place) => ({
    taskId: place,
    source: node.source,
    profile: 'main',
    architecture: 'x86_64',
    status: 'new',
    createdAt: place,
  }));
  const published = shape.map(({ source, packages }) => ({ source, packages, sourceRelease: 1 }));
  const facts = { tasks, recipes: shape, published, now: 0 };
  return rounded(timed(Math.min(runs, 5), () => facts, solver.explainTasks));
}

/** The order graph of 1,500 tasks against comparing every task with every other, in the same run. */
function againstNestedScan() {
  const nodes = shape.slice(0, TASKS);
  const scan = timed(3, () => fresh(nodes), nestedScan);
  const index = timed(
    runs,
    () => fresh(nodes),
    (input) => solver.buildGraph(input).adjacency(),
  );
  return rounded(index / scan);
}

/** For each pair of tasks: does one provide anything that the other depends on? */
function nestedScan(nodes) {
  const prepared = nodes.map((node) => ({
    depends: node.buildDepends.map(solver.canonicalCapability),
    provides: node.packages.flatMap((each) => [
      solver.nameCapability(each.name),
      ...each.provides.map(solver.canonicalCapability),
    ]),
  }));
  let edges = 0;
  for (const task of prepared) {
    for (const other of prepared) {
      if (task !== other && task.depends.some((depend) => other.provides.includes(depend)))
        edges += 1;
    }
  }
  return edges;
}

/** How the time of graph and components grows with the number of sources: time ~ size ^ exponent. */
function growth() {
  const times = GROWTH_SIZES.map((size) => {
    const nodes = generated(size, shape);
    return graphMs(nodes, size > 50_000 ? 3 : Math.min(runs, 7));
  });
  const points = GROWTH_SIZES.map((size, place) => [Math.log(size), Math.log(times[place])]);
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const slope =
    points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) /
    points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return {
    growth_exponent: rounded(slope),
    growth_ms: Object.fromEntries(GROWTH_SIZES.map((size, place) => [size, times[place]])),
  };
}

/**
 * Sources of the same shape: copies of the model in which each source depends on its copy's sources and, now and then, on those of the
 * copy before, so that degrees and components stay what they are.
 */
function generated(size, model) {
  if (model === undefined) return chainLike(size);
  const nodes = [];
  for (let place = 0; place < size; place += 1) {
    const node = model[place % model.length];
    const copy = Math.floor(place / model.length);
    const rename = (text) => {
      const capability = solver.canonicalCapability(text);
      return copy === 0 ? capability : `${capability.slice(0, -1)}~${copy})`;
    };
    nodes.push({
      source: copy === 0 ? node.source : `${node.source}~${copy}`,
      buildDepends: [
        ...node.buildDepends.map(rename),
        ...(copy > 0 && place % 5 === 0 ? [`name(${node.source})`] : []),
      ],
      packages: node.packages.map((each) => ({
        name: copy === 0 ? each.name : `${each.name}~${copy}`,
        provides: each.provides.map(rename),
        depends: each.depends.map(rename),
      })),
    });
  }
  return nodes;
}

function chainLike(size) {
  return Array.from({ length: size }, (_, place) => ({
    source: `source-${place}`,
    buildDepends: [1, 2, 3, 5, 8, 13].map((step) => `binary(tool-${(place * step + step) % size})`),
    packages: [
      { name: `source-${place}`, provides: [`binary(tool-${place})`], depends: [] },
      { name: `source-${place}-devel`, provides: [`pkgconfig(lib-${place})`], depends: [] },
    ],
  }));
}

/** Mass rebuilds: worst and mean ratio of makespan to lower bound, and the gain over first come, first served. */
function simulations() {
  const graph = solver.buildGraph(shape);
  const found = [];
  for (const builderCount of SIMULATED.builders) {
    for (const sigma of SIMULATED.sigmas) {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const durations = solver.logNormalDurationsMs(graph.sourceNames(), { sigma, seed });
        const base = { durationMsOf: (source) => durations.get(source), builderCount, seed };
        const plan = solver.makeShortPlan(graph, {}, base);
        if (!plan.ok) throw new Error(plan.error.code);
        const { steps } = plan.value;
        const facts = { ...base, steps };
        const exact = solver.simulate(facts);
        const noisy = solver.simulate({ ...facts, noiseFactor: 2 });
        const firstCome = solver.simulate({ ...facts, policy: 'first-come' });
        const failing = solver.simulate({
          ...facts,
          failureShare: 0.05,
          comingAndGoing: {
            meanPresentMs: exact.makespanMs / 3,
            meanAbsentMs: exact.makespanMs / 30,
          },
        });
        found.push({ builderCount, sigma, seed, exact, noisy, firstCome, failing });
      }
    }
  }
  const groups = SIMULATED.builders.map((builders) => [
    `builders_${builders}`,
    summaryOf(found.filter((each) => each.builderCount === builders)),
  ]);
  const critical = found.filter((each) => {
    const ratio = each.exact.criticalPathMs / (each.exact.workMs / each.builderCount);
    return ratio >= 0.8 && ratio <= 1.3;
  });
  return { ...Object.fromEntries(groups), critical_0_8_to_1_3: summaryOf(critical) };
}

function summaryOf(found) {
  const ratios = (pick) => found.map((each) => pick(each).makespanMs / pick(each).lowerBoundMs);
  const mean = (list) => rounded(list.reduce((sum, each) => sum + each, 0) / list.length);
  const worst = (list) => rounded(list.reduce((most, each) => Math.max(most, each), 0));
  const gains = found.map((each) => 1 - each.exact.makespanMs / each.firstCome.makespanMs);
  return {
    runs: found.length,
    exact_mean: mean(ratios((each) => each.exact)),
    exact_worst: worst(ratios((each) => each.exact)),
    exact_above_1_02: ratios((each) => each.exact).filter((each) => each > 1.02).length,
    exact_worst_of_plan_bound: worst(
      found.map(({ exact }) => exact.makespanMs / exact.planBoundMs),
    ),
    noisy_worst: worst(ratios((each) => each.noisy)),
    noisy_worst_of_first_come: worst(
      found.map((each) => each.noisy.makespanMs / each.firstCome.makespanMs),
    ),
    failing_worst: worst(ratios((each) => each.failing)),
    gain_over_first_come: mean(gains),
  };
}
