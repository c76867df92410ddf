import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binFolder, root, runToEnd } from './process.mjs';
import { ExpectedFailure, say, secondsSince } from './report.mjs';

const lockFile = join(root, 'package-lock.json');
const installedFile = join(root, 'node_modules/.package-lock.json');
const stampFile = join(root, 'node_modules/.cairn-lock');

/** The state of all dependencies, for whoever must notice that they changed. */
export function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/** Installs exactly what the lock file says, unless that is there already. */
export async function ensureNodeModules() {
  const hash = lockHash();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;
  if (!isInstalled()) {
    const startedAt = performance.now();
    say('Installing npm packages …');
    // npm must not run on the Node that it is about to remove.
    const ownPath = (process.env.PATH ?? '').split(':').filter((dir) => dir !== binFolder);
    const exitCode = await runToEnd('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      env: { PATH: ownPath.join(':') },
    });
    if (exitCode !== 0) throw new ExpectedFailure(`"npm ci" failed with exit code ${exitCode}.`);
    say(`npm packages installed (${secondsSince(startedAt)})`);
  }
  writeFileSync(stampFile, hash);
}

/** Whether the packages that npm itself noted down are those of the lock file, as after a plain `npm install`. */
function isInstalled() {
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const present = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') || link) return true;
    const installed = present[path];
    return installed === undefined ? optional === true : installed.version === version;
  });
}
