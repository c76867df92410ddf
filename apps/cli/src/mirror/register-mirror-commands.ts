import { readTrustedKeys, type SigningKey } from '@cairn/auth';
import { writeFileDurably } from '@cairn/stone-files';
import { type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { printNote, printReply } from '../output/reply.js';
import { JSON_FLAG, type JsonOptions } from '../shell.js';
import { counted, humanSize, printable } from '../stone/printable.js';
import { mirrorRepository } from './mirror-repository.js';
import { RepositoryReader } from './repository-reader.js';
import { type Trust } from './snapshot.js';
import { verifyRepository } from './verify-repository.js';

interface TrustOptions extends JsonOptions {
  readonly key?: string;
  readonly channel?: string;
}

interface VerifyOptions extends TrustOptions {
  readonly state?: string;
  readonly deep?: boolean;
}

interface MirrorOptions extends TrustOptions {
  readonly delete?: boolean;
}

const KEY_OPTION = ['--key <file>', 'PEM file with the public keys to trust'] as const;
const CHANNEL_OPTION = [
  '--channel <name>',
  'which channel signatures must be for; default: the last part of the address',
] as const;

/** Adds to `channel` what reads repositories as a client does, without a summit. */
export function registerMirrorCommands(channel: Command): void {
  channel
    .command('verify')
    .argument('<url>', 'address of a channel, such as https://packages.example/main')
    .description(
      'check a repository or mirror from nothing but public keys; exits with 1 on faults',
    )
    .option(...KEY_OPTION)
    .option(...CHANNEL_OPTION)
    .option('--state <file>', 'remember the number of the root index here, and notice a rollback')
    .option('--deep', 'read every package file, not only its size')
    .option(...JSON_FLAG)
    .action((url: string, options: VerifyOptions) => verifyCommand(url, options));
  channel
    .command('mirror')
    .argument('<url>', 'address of a channel')
    .argument('<dir>', "the channel's folder in the mirror")
    .description(
      'copy what the root index lists; it changes last, so readers see complete versions',
    )
    .option(...KEY_OPTION)
    .option(...CHANNEL_OPTION)
    .option('--delete', 'remove what is no longer listed, last of all')
    .option(...JSON_FLAG)
    .action((url: string, dir: string, options: MirrorOptions) => mirrorCommand(url, dir, options));
}

async function verifyCommand(url: string, options: VerifyOptions): Promise<void> {
  const reader = new RepositoryReader(url);
  const trust = await trustOf(reader, options);
  const report = await verifyRepository({
    reader,
    trust,
    nowMs: Date.now(),
    serialSeen: await serialSeen(options.state, reader.base.href),
    isDeep: options.deep === true,
    onProgress: noteProgress,
  });
  const { problems, serial, versionCount, packageCount, expiresAt } = report;
  if (problems.length > 0) process.exitCode = EXIT.failed;
  else if (options.state !== undefined && serial !== null) {
    await rememberSerial(options.state, reader.base.href, serial);
  }
  const held = `${counted(versionCount, 'version')}, ${counted(packageCount, 'package file')}`;
  printReply({ url: reader.base.href, isGood: problems.length === 0, ...report }, options, () => [
    ...problems.map(({ code, path: at, message }) => printable(`${code}: ${at}: ${message}`)),
    problems.length === 0
      ? `Good: ${held}${expiresAt === null ? '' : `, signed until ${new Date(expiresAt).toISOString()}`}.`
      : `${counted(problems.length, 'fault')} in ${held}.`,
    ...(trust.keys.length === 0 ? ['No key was given, so no signature was checked.'] : []),
  ]);
}

async function mirrorCommand(url: string, dir: string, options: MirrorOptions): Promise<void> {
  const reader = new RepositoryReader(url);
  const report = await mirrorRepository({
    reader,
    trust: await trustOf(reader, options),
    dir: path.resolve(dir),
    isDeleting: options.delete === true,
    onProgress: noteProgress,
  });
  printReply(report, options, () => [
    `${report.versionCount} versions and ${report.packageCount} package files are here; ` +
      `${report.fetchedCount} fetched (${humanSize(report.fetchedSizeBytes)}), ${report.deletedCount} deleted.`,
  ]);
}

function noteProgress(done: string): void {
  if (process.stderr.isTTY) printNote(done);
}

async function trustOf({ base }: RepositoryReader, options: TrustOptions): Promise<Trust> {
  const last = base.pathname.split('/').findLast((part) => part !== '');
  return {
    keys: await trustedKeys(options.key),
    channel: options.channel ?? last,
  };
}

async function trustedKeys(file: string | undefined): Promise<readonly SigningKey[]> {
  if (file === undefined) return [];
  try {
    return readTrustedKeys(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError('key.invalid', `${file} cannot be used: ${reason}`, {
      exitCode: EXIT.usage,
      nextStep: 'Give a PEM file with Ed25519 public keys.',
    });
  }
}

type State = Readonly<Record<string, number>>;

async function readState(file: string): Promise<State> {
  try {
    const state: unknown = JSON.parse(await readFile(file, 'utf8'));
    const entries = Object.entries(state as object).filter(([, value]) => Number.isInteger(value));
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}

async function serialSeen(file: string | undefined, url: string): Promise<number | undefined> {
  return file === undefined ? undefined : (await readState(file))[url];
}

async function rememberSerial(file: string, url: string, serial: number): Promise<void> {
  const state = { ...(await readState(file)), [url]: serial };
  await writeFileDurably(file, Buffer.from(`${JSON.stringify(state)}\n`));
}
