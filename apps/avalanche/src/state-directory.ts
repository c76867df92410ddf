import path from 'node:path';

/** Where this builder keeps what must survive it. All paths are absolute; attempt ids are UUIDs and so plain names. */
export interface StateDirectory {
  readonly root: string;
  readonly attempts: string;
  readonly mirrors: string;
  /** Upstreams and dependency packages by content; may be removed at any time that nothing is built. */
  readonly downloads: string;
  readonly credentials: string;
  /** `{ pid, builderId }` of the connected avalanche. */
  readonly runFile: string;
  /** While a file of this name exists the builder takes no orders. */
  readonly drainFile: string;
  attempt(attemptId: string): AttemptDirectory;
}

/** The files of one attempt. */
export interface AttemptDirectory {
  readonly root: string;
  readonly journal: string;
  readonly log: string;
  readonly artefacts: string;
  /** Recipe checkout and executor's scratch space; gone as soon as the build has ended. */
  readonly work: string;
}

/** The layout of a state directory. */
export function stateDirectory(root: string): StateDirectory {
  const absolute = path.resolve(root);
  const inside = (...names: string[]) => path.join(absolute, ...names);
  return {
    root: absolute,
    attempts: inside('attempts'),
    mirrors: inside('mirrors'),
    downloads: inside('downloads'),
    credentials: inside('credentials.json'),
    runFile: inside('avalanche.json'),
    drainFile: inside('drain'),
    attempt: (attemptId) => ({
      root: inside('attempts', attemptId),
      journal: inside('attempts', attemptId, 'journal.json'),
      log: inside('attempts', attemptId, 'build.log'),
      artefacts: inside('attempts', attemptId, 'artefacts'),
      work: inside('attempts', attemptId, 'work'),
    }),
  };
}
