/** What each library and app is, in one sentence for ARCHITECTURE.md. A new one gets its sentence here. */
export const PROJECT_SENTENCES: Readonly<Record<string, string>> = {
  'apps/avalanche': 'A builder as a service: one isolated build per slot.',
  'apps/cli': 'The `cairn` command for operators, packagers and volunteers.',
  'apps/dashboard': "The pages that summit serves, over summit's HTTP API alone.",
  'apps/summit': 'Decides what is built, in which order, on which builder.',
  'apps/vessel': 'Keeps the pool of packages and publishes versioned channels.',
  'libs/auth':
    'Signs and verifies JWTs for people and for the broker, and writes its configuration.',
  'libs/contracts': 'Every NATS message, HTTP route and error code, with schemas and permissions.',
  'libs/exec': 'Child processes and git, with limits and fixed argument vectors.',
  'libs/executor': 'Runs builds: the port, the sandbox, boulder.',
  'libs/identity': 'Roles, permissions, claims and the names of parties.',
  'libs/jobs': 'Chores on BullMQ: definition, queue, host, timers.',
  'libs/messaging': "Nest's strategy for plain NATS, the typed client, the outbox relay.",
  'libs/observability': 'Logs, metrics, health and orderly shutdown.',
  'libs/persistence': 'Postgres: transactions with retry, leadership, notifications, migrations.',
  'libs/recipe': 'Recipes, macros, path rules and build plans, as data.',
  'libs/solver': 'Capabilities, graph, order, cycles, allocation, explanations, simulation.',
  'libs/std': 'Result, brands, invariant, clock, durations and sizes.',
  'libs/stone': 'The bytes of the `.stone` format and of the package index; pure.',
  'libs/stone-files': 'Stones on disk: the codec, reading, verifying, extracting, creating.',
  'libs/testing': 'Real servers and the whole stack as child processes.',
};
