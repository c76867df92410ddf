/** Ends the names of files that are not finished; they are never served. */
export const DRAFT_SUFFIX = '.partial';

const WRITER = new RegExp(`^([0-9a-f-]{36})-\\d+\\${DRAFT_SUFFIX}$`);

/** Gives names to the unfinished files of one process, so that others can tell whose they are. */
export class DraftNames {
  private count = 0;

  /** `writerId` is a UUID; two processes never have the same. */
  constructor(private readonly writerId: string) {}

  /** A name that was not given before; short, so that it suits wherever the finished file's name does. */
  next(): string {
    this.count += 1;
    return `${this.writerId}-${this.count}${DRAFT_SUFFIX}`;
  }
}

/** The process that a draft belongs to; undefined when its name does not say so. */
export function writerOf(draftName: string): string | undefined {
  return WRITER.exec(draftName)?.[1];
}
