import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockHash } from './node-modules.mjs';
import { binFolder, root, runQuietly } from './process.mjs';
import { ExpectedFailure, say, secondsSince } from './report.mjs';
import { contentOf, stateOf, unlessDone } from './stamp.mjs';

const DATABASES = ['summit', 'vessel'];
const SOURCES = ['libs', 'apps', 'e2e', 'tsconfig.json', 'tsconfig.base.json'];
const DASHBOARD_SOURCES = [
  'apps/dashboard',
  'libs/std/src',
  'libs/identity/src',
  'libs/contracts/src',
];

/** Brings the generated code, the compiled projects and the dashboard up to date. */
export async function build() {
  await generate();
  await compile();
  await buildDashboard();
}

/** Generates the Prisma clients whose schema changed. */
export async function generate() {
  const services = DATABASES.filter((name) =>
    existsSync(join(root, `prisma/${name}/schema.prisma`)),
  );
  await Promise.all(services.map((service) => generateClient(service)));
}

async function generateClient(service) {
  const config = `prisma/${service}/prisma.config.ts`;
  const inputs = [`prisma/${service}/schema.prisma`, config, 'prisma/config.ts'];
  const output = `apps/${service}/src/persistence/generated`;
  const state = `${contentOf(inputs)} ${lockHash()}`;
  await unlessDone({ name: `generate-${service}`, state, outputs: [output] }, () =>
    step(`Prisma client of ${service} generated`, join(binFolder, 'prisma'), [
      'generate',
      '--config',
      config,
    ]),
  );
}

/** Compiles what runs: every project's build, not its tests. */
async function compile() {
  const projects = ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => `${folder}/${name}`)
      .filter((project) => existsSync(join(root, project, 'tsconfig.build.json')))
      .filter((project) => existsSync(join(root, project, 'src'))),
  );
  const state = `${stateOf(SOURCES, { suffixes: ['.ts', '.tsx', '.json'] })} ${lockHash()}`;
  const outputs = projects.map((project) => `${project}/dist`);
  await unlessDone({ name: 'compile', state, outputs }, () =>
    step('TypeScript compiled', join(binFolder, 'tsc'), [
      '--build',
      ...projects.map((project) => `${project}/tsconfig.build.json`),
    ]),
  );
}

async function buildDashboard() {
  if (!existsSync(join(root, 'apps/dashboard/vite.config.ts'))) return;
  const state = `${stateOf(DASHBOARD_SOURCES)} ${lockHash()}`;
  await unlessDone({ name: 'dashboard', state, outputs: ['apps/dashboard/dist/index.html'] }, () =>
    step('Dashboard built', join(binFolder, 'vite'), [
      'build',
      'apps/dashboard',
      '--logLevel=warn',
    ]),
  );
}

async function step(done, command, args) {
  const startedAt = performance.now();
  const { exitCode, output } = await runQuietly(command, args);
  if (exitCode !== 0)
    throw new ExpectedFailure(`${output}\nFailed: ${[command, ...args].join(' ')}`);
  say(`${done} (${secondsSince(startedAt)})`);
}
