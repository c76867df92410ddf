const SHARD_LENGTH = 2;

/** The name of a blob in any store, so that a directory and a bucket can be copied into each other. */
export function blobKey(sha256: string): string {
  return `${sha256.slice(0, SHARD_LENGTH)}/${sha256}`;
}
