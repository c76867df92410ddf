import { err, ok, type Result } from '@cairn/std';
import { verifyStone } from '@cairn/stone-files';
import { createHash } from 'node:crypto';
import { pathList, recordedFiles } from '../pool/domain/package-file.js';
import type { ArtefactGateway } from './artefact.gateway.js';
import {
  checkArtefacts,
  checkCollectables,
  type ReadArtefact,
  type Refusal,
} from './domain/check-artefacts.js';
import type { ImportOrder } from './domain/import-order.js';
import { fetchArtefact, REQUESTS_IN_FLIGHT_MAX } from './fetch-artefact.js';
import type { IncomingFiles } from './incoming-files.js';
import { RequestWindow } from './request-window.js';
import type { CheckedImport } from './staging.service.js';

/** Artefacts of one import that are fetched side by side. */
const FILES_AT_ONCE = 4;

export interface Collecting {
  readonly order: ImportOrder;
  readonly gateway: Pick<ArtefactGateway, 'read'>;
  readonly incoming: IncomingFiles;
  readonly onProgress: () => void;
  readonly signal: AbortSignal;
}

/** Brings every artefact of an order to disk and checks each against its hash, its own format and the order. Throws what may pass. */
export async function collectArtefacts(
  collecting: Collecting,
): Promise<Result<CheckedImport, Refusal>> {
  const { order, incoming } = collecting;
  const announced = checkCollectables(order.collectables);
  if (!announced.ok) return announced;
  await incoming.prepare(order.importId);
  await incoming.requireRoom(order.importId, [...uniqueFiles(order).values()]);
  const fetched = await fetchAll(collecting);
  if (!fetched.ok) return fetched;
  const artefacts = await readPackages(collecting);
  if (!artefacts.ok) return artefacts;
  const packages = checkArtefacts(order.expected, artefacts.value);
  if (!packages.ok) return packages;
  const files = [...uniqueFiles(order).values()].map(({ sha256, sizeBytes }) => ({
    sha256,
    sizeBytes,
    path: incoming.pathOf(order.importId, sha256),
  }));
  return ok({ order, artefacts: artefacts.value, packages: packages.value, files });
}

async function fetchAll(collecting: Collecting): Promise<Result<void, Refusal>> {
  const { order, gateway, incoming, onProgress } = collecting;
  const { builderId, importId } = order;
  const window = new RequestWindow(REQUESTS_IN_FLIGHT_MAX);
  // The first refusal or failure ends the others: what they would bring is of no use or comes with the next try.
  const ending = new AbortController();
  const signal = AbortSignal.any([collecting.signal, ending.signal]);
  const waiting = [...uniqueFiles(order).values()];
  let refusal: Refusal | undefined;
  const lanes = Array.from({ length: FILES_AT_ONCE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const path = incoming.pathOf(importId, next.sha256);
      const read = (range: { sha256: string; offset: number; lengthBytes: number }) =>
        gateway.read({ builderId, attemptId: importId, ...range });
      const fetched = await fetchArtefact({
        collectable: next,
        path,
        read,
        window,
        onProgress,
        signal,
      });
      if (fetched.ok) continue;
      refusal ??= fetched.error;
      ending.abort();
      return;
    }
  });
  const ended = lanes.map((lane) =>
    lane.catch((error: unknown) => {
      ending.abort();
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(ended);
  if (refusal !== undefined) return err(refusal);
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  const first = failed.find(({ reason }) => !isAbort(reason)) ?? failed[0];
  if (first !== undefined) throw first.reason;
  return ok(undefined);
}

async function readPackages(
  collecting: Collecting,
): Promise<Result<readonly ReadArtefact[], Refusal>> {
  const { order, incoming, signal } = collecting;
  const artefacts: ReadArtefact[] = [];
  for (const collectable of order.collectables) {
    if (collectable.kind !== 'package') continue;
    signal.throwIfAborted();
    const path = incoming.pathOf(order.importId, collectable.sha256);
    const verified = await verifyStone(path, { mode: 'strict' });
    if (!verified.ok) {
      const { code, message } = verified.error;
      return refuseStone(`${collectable.name} is no good package (${code}): ${message}`);
    }
    const [description] = verified.value.packages;
    if (verified.value.fileType !== 'binary' || description === undefined) {
      return refuseStone(`${collectable.name} is a stone, but no package.`);
    }
    const files = recordedFiles(verified.value.layout);
    const pathsSha256 = createHash('sha256').update(pathList(files)).digest('hex');
    artefacts.push({ collectable, description, files, pathsSha256 });
  }
  return ok(artefacts);
}

/** Two artefacts with the same bytes are fetched once. */
function uniqueFiles(order: ImportOrder): Map<string, ImportOrder['collectables'][number]> {
  return new Map(order.collectables.map((item) => [item.sha256, item]));
}

function refuseStone(message: string): Result<never, Refusal> {
  return err({ code: 'stone.invalid', message: message.slice(0, 1_900) });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
