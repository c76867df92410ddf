/** How far long work has come, in bytes. */
export interface Progress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Is told about progress, often: after every piece of about a mebibyte. */
export type OnProgress = (progress: Progress) => void;
