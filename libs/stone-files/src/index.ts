export { loadCodec } from './codec.js';
export { createStone, type CreatedStone, type StoneOrder } from './create-stone.js';
export { extractStone, type ExtractedStone, type ExtractOptions } from './extract-stone.js';
export { readIndex } from './read-index.js';
export { readStone, type ReadStone } from './read-stone.js';
export {
  verifyStone,
  verifyStorage,
  type StoneSummary,
  type VerifyOptions,
} from './verify-stone.js';
export type { OnProgress, Progress } from './progress.js';
export { makeDirectory } from './make-directory.js';
export { writeFileDurably } from './write-file-durably.js';
export { sha256OfBytes, sha256OfFile } from './file-hash.js';
export { inspectStone } from './inspect-stone.js';
export { describeStone, describeStones } from './describe-stone.js';
export {
  findStones,
  indexDirectory,
  type IndexedDirectory,
  type IndexingError,
} from './index-directory.js';
