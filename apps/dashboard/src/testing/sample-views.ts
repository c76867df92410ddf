import {
  type AttemptView,
  type BuilderView,
  type ChannelView,
  type EventView,
  type Overview,
  type PackageView,
  type RepositoryView,
  type TaskDetail,
  type TaskView,
} from '@cairn/contracts';

const MINUTE_MS = 60_000;
export const SAMPLE_NOW_MS = Date.now();
export const SAMPLE_ATTEMPT_ID = '0c7d9b1e-8f1f-4b6e-9b57-3b1f4a6d2f10';

export function sampleTask(changes: Partial<TaskView> = {}): TaskView {
  return {
    id: 7,
    changeSetId: '5f0a5b0e-33c5-4cf5-9a2e-6a6f8a1c2d3e',
    project: 'main',
    profile: 'main-x86-64',
    repository: 'recipes',
    source: 'libdaemon',
    version: '0.14',
    sourceRelease: 3,
    architecture: 'x86_64',
    commit: '4f2d1c0b9a8e7d6c5b4a39281706f5e4d3c2b1a0',
    description: 'A lightweight C library that eases the writing of daemons',
    state: 'building',
    blocked: false,
    reason: { code: 'task.building', sentence: 'It is being built on birch.', tasks: [] },
    createdAt: SAMPLE_NOW_MS - 12 * MINUTE_MS,
    dispatchedAt: SAMPLE_NOW_MS - 3 * MINUTE_MS,
    builtAt: null,
    endedAt: null,
    attemptCount: 1,
    builder: 'birch',
    publishedHistory: null,
    ...changes,
  };
}

export function sampleAttempt(changes: Partial<AttemptView> = {}): AttemptView {
  return {
    id: SAMPLE_ATTEMPT_ID,
    taskId: 7,
    number: 1,
    fence: 41,
    state: 'building',
    builder: 'birch',
    buildRelease: 1,
    pinnedHistory: '1750000001',
    step: 'build',
    dispatchedAt: SAMPLE_NOW_MS - 3 * MINUTE_MS,
    startedAt: SAMPLE_NOW_MS - 3 * MINUTE_MS,
    reportedAt: null,
    endedAt: null,
    logSizeBytes: 0,
    logComplete: false,
    failure: null,
    collectables: [],
    ...changes,
  };
}

export const SAMPLE_FAILURE: NonNullable<AttemptView['failure']> = {
  class: 'recipe',
  code: 'build.command-failed',
  step: 'build',
  message: 'The command of step build ended with exit code 2.',
  command: 'make -j4 VERBOSE=1',
  recipeLine: 34,
  exitCode: 2,
  excerpt:
    "main.c: In function 'main':\nmain.c:12:3: error: implicit declaration of function 'frobnicate'\nmake: *** [Makefile:9: main.o] Error 1\n<script>alert(1)</script>",
};

export function sampleTaskDetail(changes: Partial<TaskDetail> = {}): TaskDetail {
  return {
    ...sampleTask(),
    attempts: [sampleAttempt()],
    dependencies: [{ taskId: 3, source: 'lzo', state: 'completed' }],
    dependants: [
      { taskId: 9, source: 'avahi', state: 'new' },
      { taskId: 11, source: 'pulseaudio', state: 'new' },
    ],
    ...changes,
  };
}

const GIB = 2 ** 30;

export function sampleBuilder(changes: Partial<BuilderView> = {}): BuilderView {
  return {
    id: 'birch',
    state: 'building',
    refusing: null,
    size: 'medium',
    slots: 1,
    version: '0.1.0',
    features: ['sandbox', 'log-stream'],
    lastSeenAt: SAMPLE_NOW_MS - 2_000,
    enrolledAt: SAMPLE_NOW_MS - 40 * 86_400_000,
    machine: {
      hostName: 'birch.example.org',
      operatingSystem: 'AerynOS',
      kernel: '6.12.9',
      cpuModel: 'AMD Ryzen 9 7950X',
      cpuCount: 32,
      isaLevel: 4,
      architecture: 'x86_64',
      memoryBytes: 64 * GIB,
      executor: 'sandbox',
    },
    machineState: {
      cpuLoad: 0.83,
      loadAverage: 27.4,
      memoryUsedBytes: 21 * GIB,
      memoryTotalBytes: 64 * GIB,
      diskFreeBytes: 120 * GIB,
      diskTotalBytes: 500 * GIB,
    },
    attempts: [{ attemptId: SAMPLE_ATTEMPT_ID, taskId: 7, source: 'libdaemon', step: 'build' }],
    ...changes,
  };
}

export function sampleRepository(changes: Partial<RepositoryView> = {}): RepositoryView {
  return {
    project: 'main',
    name: 'recipes',
    url: 'https://git.example.org/aeryn/recipes.git',
    branch: 'main',
    subdirectory: '',
    commit: '4f2d1c0b9a8e7d6c5b4a39281706f5e4d3c2b1a0',
    refreshedAt: SAMPLE_NOW_MS - 40_000,
    error: null,
    recipeCount: 1_184,
    badRecipes: [
      {
        path: 'z/zziplib/stone.yaml',
        code: 'recipe.missing-field',
        message: 'The field "release" is missing.',
        line: 3,
      },
    ],
    ...changes,
  };
}

export function sampleEvent(changes: Partial<EventView> = {}): EventView {
  return {
    id: 1,
    at: SAMPLE_NOW_MS - 5_000,
    kind: 'task.dispatched',
    sentence: 'libdaemon 0.14-3 was given to birch.',
    taskId: 7,
    builderId: 'birch',
    ...changes,
  };
}

export function sampleQueue(): TaskView[] {
  const waiting = { state: 'new', builder: null, dispatchedAt: null, attemptCount: 0 } as const;
  return [
    sampleTask({
      ...waiting,
      id: 9,
      source: 'avahi',
      version: '0.8',
      sourceRelease: 11,
      reason: {
        code: 'waiting.dependency',
        sentence: 'It waits for a build that it depends on.',
        tasks: [{ taskId: 7, source: 'libdaemon' }],
      },
    }),
    sampleTask({
      ...waiting,
      id: 12,
      source: 'dosfstools',
      version: '4.2',
      sourceRelease: 7,
      reason: { code: 'waiting.slot', sentence: 'It is ready; no builder is free.', tasks: [] },
    }),
    sampleTask({
      ...waiting,
      id: 14,
      source: 'xorg-server-with-a-rather-long-name',
      version: '21.1.13',
      sourceRelease: 20,
      blocked: true,
      reason: {
        code: 'blocked.failed',
        sentence: 'A build that it depends on has failed, and nothing newer has succeeded.',
        tasks: [{ taskId: 13, source: 'mesa' }],
      },
    }),
  ];
}

export function sampleOverview(changes: Partial<Overview> = {}): Overview {
  const counts = {
    new: 3,
    building: 1,
    publishing: 0,
    completed: 1_204,
    failed: 1,
    cancelled: 2,
    superseded: 31,
  };
  const ended = { builtAt: SAMPLE_NOW_MS - 60_000, endedAt: SAMPLE_NOW_MS - 50_000 };
  return {
    paused: false,
    counts,
    building: [sampleTask()],
    queue: sampleQueue(),
    recent: [
      sampleTask({
        ...ended,
        id: 13,
        source: 'mesa',
        version: '24.3.1',
        sourceRelease: 61,
        state: 'failed',
        reason: {
          code: 'task.failed',
          sentence: 'Step build failed: the command ended with exit code 2.',
          tasks: [],
        },
      }),
      sampleTask({
        ...ended,
        id: 3,
        source: 'lzo',
        version: '2.10',
        sourceRelease: 5,
        state: 'completed',
        publishedHistory: '1750000001',
        reason: { code: 'task.completed', sentence: 'Published in version 1750000001.', tasks: [] },
      }),
    ],
    builders: [
      sampleBuilder(),
      sampleBuilder({
        id: 'volunteer-3',
        state: 'refusing',
        refusing: 'The disk is nearly full: 2.1 GiB free, 10 GiB needed.',
        size: 'small',
        slots: 2,
        attempts: [],
        machineState: {
          cpuLoad: 0.02,
          loadAverage: 0.1,
          memoryUsedBytes: Math.round(1.2 * GIB),
          memoryTotalBytes: 8 * GIB,
          diskFreeBytes: Math.round(2.1 * GIB),
          diskTotalBytes: 60 * GIB,
        },
      }),
      sampleBuilder({
        id: 'oak',
        state: 'offline',
        lastSeenAt: SAMPLE_NOW_MS - 5 * 3_600_000,
        attempts: [],
        machineState: null,
      }),
    ],
    repositories: [sampleRepository()],
    events: [
      sampleEvent(),
      sampleEvent({
        id: 0,
        at: SAMPLE_NOW_MS - 90_000,
        kind: 'repository.refreshed',
        sentence: 'The repository recipes is at 4f2d1c0b9a.',
        taskId: null,
      }),
    ],
    repositoryUrl: 'http://repo.example.org/',
    ...changes,
  };
}

export function sampleChannel(changes: Partial<ChannelView> = {}): ChannelView {
  return {
    name: 'main',
    architectures: ['x86_64'],
    streams: [
      { name: 'volatile', history: '1750000001', packageCount: 412 },
      { name: 'unstable', history: '1750000000', packageCount: 409 },
    ],
    tags: [{ name: '2026-11', history: '1750000000' }],
    versions: [
      { history: '1750000001', createdAt: SAMPLE_NOW_MS - 50_000, packageCount: 412 },
      { history: '1750000000', createdAt: SAMPLE_NOW_MS - 3_600_000, packageCount: 409 },
    ],
    ...changes,
  };
}

export function samplePackage(changes: Partial<PackageView> = {}): PackageView {
  return {
    name: 'libdaemon',
    version: '0.14',
    sourceRelease: 3,
    buildRelease: 1,
    architecture: 'x86_64',
    source: 'libdaemon',
    summary: 'A lightweight C library that eases the writing of daemons',
    sizeBytes: 31_402,
    sha256: 'ab'.repeat(32),
    url: 'http://repo.example.org/main/pool/v0/libd/libdaemon/libdaemon-0.14-3-1-x86_64.stone',
    ...changes,
  };
}
