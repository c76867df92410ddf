import { systemClock } from '@cairn/std';
import { homedir } from 'node:os';
import { cairnProgram, runCairn } from './cairn.js';
import { connect, refreshAt } from './client/connection.js';
import { loadConfig } from './config.js';
import { screenOf } from './output/screen.js';
import { SessionFile } from './session/session-file.js';
import { SessionKeeper } from './session/session-keeper.js';

// `cairn … | head` closes the pipe; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const config = loadConfig(process.env, homedir());
const clock = systemClock;
const sessions = new SessionKeeper({
  file: new SessionFile(config.sessionFile),
  clock,
  refresh: refreshAt,
});
const screen = screenOf(process.stdout, config.areColoursWanted);
const program = cairnProgram((options) => ({
  clock,
  screen,
  sessions,
  cacheDir: config.cacheDir,
  connect: () => connect(options(), config, sessions),
}));
process.exitCode = await runCairn(program, process.argv.slice(2));
