import type { ChoreQueue } from '@cairn/jobs';
import type { ContractClient } from '@cairn/messaging';
import type { Logger } from '@cairn/observability';
import type { Clock } from '@cairn/std';
import type { VesselConfig } from '../config.js';
import { ArtefactGateway } from '../imports/artefact.gateway.js';
import { ImportService } from '../imports/import.service.js';
import { runImport } from '../imports/imports.chores.js';
import { IncomingFiles } from '../imports/incoming-files.js';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import type { DraftNames } from '../pool/domain/draft-name.js';
import type { VesselMetrics } from '../vessel-metrics.js';
import { loadSigning } from './signing.js';
import { createRepository, dataFolders, type Repository } from './repository.js';

/** Everything that vessel is made of, wired. */
export interface VesselParts extends Repository {
  readonly imports: ImportService;
}

/** Puts vessel's parts together. */
export async function createParts(given: {
  readonly config: VesselConfig;
  readonly publicUrl: string;
  readonly drafts: DraftNames;
  readonly db: VesselDatabase;
  readonly blobs: BlobStore;
  readonly artefacts: ContractClient;
  readonly queue: ChoreQueue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: VesselMetrics;
}): Promise<VesselParts> {
  const { config, db, clock, log, counters } = given;
  const { dataDir } = config;
  const repository = await createRepository({
    ...given,
    dataDir,
    signing: await loadSigning(config.signing),
  });
  return {
    ...repository,
    imports: new ImportService(db, {
      imports: repository.importStore,
      staging: repository.staging,
      gateway: new ArtefactGateway(given.artefacts),
      incoming: new IncomingFiles(dataFolders(dataDir).incomingDir),
      clock,
      log,
      stagnationMs: config.stagnationMs,
      imported: counters.imports,
      wish: (importId) => given.queue.wish(runImport, { importId }),
    }),
  };
}
