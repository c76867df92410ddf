// The one entry behind `npm start`, `npm test`, `npm run build` and `npm run generate`. Must run on Node 20 with nothing
// installed: it first makes node_modules agree with the lock file and then starts itself again under the Node in there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, generate } from './run/build.mjs';
import { ensureDebianPackages } from './run/debian-packages.mjs';
import { ensureNodeModules } from './run/node-modules.mjs';
import { binFolder, root, runToEnd } from './run/process.mjs';
import { say } from './run/report.mjs';

const NODE_MAJOR_MIN = 24;
const COMMANDS = { start, test, build: buildCommand, generate: generateCommand };

const [command = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command)) {
  say(`Usage: node tools/run.mjs ${Object.keys(COMMANDS).join('|')} [options]`);
  process.exit(2);
}
process.exitCode = await main();

async function main() {
  try {
    await ensureNodeModules();
    if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) return await underNewerNode();
    return await COMMANDS[command](args);
  } catch (error) {
    say(error.isExpected ? error.message : error.stack);
    return 1;
  }
}

async function underNewerNode() {
  const node = join(binFolder, 'node');
  if (!existsSync(node)) {
    say(
      `Cairn needs Node ${NODE_MAJOR_MIN}; this is ${process.version}, and npm has none for this machine.`,
    );
    return 1;
  }
  return runToEnd(node, process.argv.slice(1));
}

async function start(options) {
  if (!options.includes('--help')) await ensureDebianPackages({ forTests: false });
  await build();
  const main = join(root, 'tools/start/main.ts');
  return runToEnd(process.execPath, [
    '--import',
    join(root, 'tools/source-hooks.mjs'),
    main,
    ...options,
  ]);
}

async function test(options) {
  const { runTests } = await import('./run/test.mjs');
  return runTests({ isFull: options.includes('--full') });
}

async function buildCommand() {
  await build();
  return 0;
}

async function generateCommand() {
  await generate();
  return 0;
}
