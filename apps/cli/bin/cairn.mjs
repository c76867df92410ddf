#!/usr/bin/env node
// Starts the compiled command. It must run on Node 20 with nothing built, only to say what to do.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const EXIT_USAGE = 2;
const NODE_MAJOR_MIN = 24;

const main = new URL('../dist/main.js', import.meta.url);
const newerNode = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));

if (!existsSync(fileURLToPath(main))) {
  stop('The command is not built (cli.not-built). Run `npm run build` in the checkout.');
} else if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  await import(main.href);
} else if (existsSync(newerNode)) {
  runUnder(newerNode);
} else {
  stop(
    `Node ${NODE_MAJOR_MIN} is needed, this is ${process.version} (cli.old-node). Run \`npm install\` in the checkout.`,
  );
}

function stop(sentence) {
  process.stderr.write(`cairn: ${sentence}\n`);
  process.exitCode = EXIT_USAGE;
}

function runUnder(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the child decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => stop(`${error.message} (cli.old-node).`));
  child.on('exit', (exitCode, signal) => {
    if (signal === null) process.exitCode = exitCode ?? 1;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}
