import type { VesselConfig } from '../config.js';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import type { DraftNames } from '../pool/domain/draft-name.js';
import { LocalBlobStore } from '../pool/local-blob-store.js';
import { S3BlobStore } from '../pool/s3-blob-store.js';
import { PoolFiles } from '../serving/pool-files.js';
import { dataFolders } from './repository.js';

/** Where blobs lie, and what serves them where the public folder does not have them. */
export interface BlobStorage {
  readonly blobs: BlobStore;
  readonly pool: PoolFiles | undefined;
  readonly close: () => Promise<void>;
}

/** Opens the bucket when there is one, else the folder. Neither is asked for anything yet. */
export function openBlobStorage(
  config: Pick<VesselConfig, 'dataDir' | 'bucket'>,
  { db, drafts }: { readonly db: VesselDatabase; readonly drafts: DraftNames },
): BlobStorage {
  if (config.bucket === undefined) {
    const blobs = new LocalBlobStore(dataFolders(config.dataDir).poolDir, drafts);
    return { blobs, pool: undefined, close: () => Promise.resolve() };
  }
  const blobs = new S3BlobStore(config.bucket);
  return { blobs, pool: new PoolFiles(db, blobs), close: () => blobs.close() };
}
