import { ROOT_SIGNATURE_NAME } from '@cairn/contracts';
import { mapInParallel } from '@cairn/std';
import { REQUESTS_AT_ONCE, type RepositoryReader } from './repository-reader.js';
import { problem, readManifest, readRoot, type Problem, type Trust } from './snapshot.js';
import { encodedPath, readIndexes, type ListedPackage } from './version-packages.js';

export interface VerifyOrder {
  readonly reader: RepositoryReader;
  readonly trust: Trust;
  readonly nowMs: number;
  /** Serial that was seen before; a lower one is a rollback. */
  readonly serialSeen: number | undefined;
  /** Whether package files are read, or only their sizes asked for. */
  readonly isDeep: boolean;
  readonly onProgress: (done: string) => void;
}

/** What was looked at, and everything that is wrong. */
export interface VerifyReport {
  readonly versionCount: number;
  readonly packageCount: number;
  readonly serial: number | null;
  readonly expiresAt: number | null;
  readonly problems: readonly Problem[];
}

/** Checks a channel from nothing but public keys: root index, every listed version, every index, every package file. */
export async function verifyRepository(order: VerifyOrder): Promise<VerifyReport> {
  const { reader, trust, onProgress } = order;
  const root = await readRoot(reader, trust);
  if ('code' in root) return emptyReport(root);
  const problems = [...root.problems, ...freshness(root.statement, order)];
  const histories = Object.keys(root.index.history);
  for (const [name, { history }] of [
    ...Object.entries(root.index.streams),
    ...Object.entries(root.index.tags),
  ]) {
    if (root.index.history[history] === undefined) {
      problems.push(
        problem('document-invalid', name, `It points to ${history}, which is not listed.`),
      );
    }
  }
  const packages = new Map<string, ListedPackage>();
  for (const [at, history] of histories.entries()) {
    problems.push(...(await verifyVersion(order, history, packages)));
    onProgress(`version ${at + 1} of ${histories.length}`);
  }
  let done = 0;
  await mapInParallel([...packages.values()], REQUESTS_AT_ONCE, async (item) => {
    const fault = await packageFault(order, item);
    if (fault !== undefined) problems.push(fault);
    done += 1;
    if (done % PACKAGES_PER_NOTE === 0) onProgress(`package ${done} of ${packages.size}`);
  });
  return {
    versionCount: histories.length,
    packageCount: packages.size,
    serial: root.statement?.serial ?? null,
    expiresAt: root.statement?.expiresAt ?? null,
    problems,
  };
}

const PACKAGES_PER_NOTE = 200;

function freshness(
  statement: { readonly serial: number; readonly expiresAt: number } | undefined,
  { nowMs, serialSeen }: VerifyOrder,
): readonly Problem[] {
  if (statement === undefined) return [];
  const { serial, expiresAt } = statement;
  const problems: Problem[] = [];
  if (expiresAt < nowMs) {
    const message = `The signature ended at ${new Date(expiresAt).toISOString()}.`;
    problems.push(problem('expired', ROOT_SIGNATURE_NAME, message));
  }
  if (serialSeen !== undefined && serial < serialSeen) {
    const message = `Number ${serial} is shown, and ${serialSeen} was seen before.`;
    problems.push(problem('rolled-back', ROOT_SIGNATURE_NAME, message));
  }
  return problems;
}

async function verifyVersion(
  { reader, trust }: VerifyOrder,
  history: string,
  packages: Map<string, ListedPackage>,
): Promise<readonly Problem[]> {
  const found = await readManifest(reader, history, trust);
  if ('code' in found) return [found];
  const problems: Problem[] = [];
  for await (const index of readIndexes(reader, found.manifest)) {
    if ('code' in index) problems.push(index);
    else for (const item of index.packages) packages.set(`${item.path} ${item.sha256}`, item);
  }
  return problems;
}

async function packageFault(
  { reader, isDeep }: VerifyOrder,
  item: ListedPackage,
): Promise<Problem | undefined> {
  const path = encodedPath(item.path);
  if (isDeep && (await reader.download(path, null, item))) return undefined;
  const sizeBytes = await reader.sizeOf(path);
  if (sizeBytes === undefined)
    return problem('package-missing', item.path, 'There is no such file.');
  if (!isDeep && sizeBytes === item.sizeBytes) return undefined;
  return problem('package-mismatch', item.path, 'It is not what the index says.');
}

function emptyReport(fault: Problem): VerifyReport {
  return { versionCount: 0, packageCount: 0, serial: null, expiresAt: null, problems: [fault] };
}
