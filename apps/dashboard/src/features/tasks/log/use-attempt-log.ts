import { useEffect, useState, useSyncExternalStore } from 'react';
import { AttemptLog } from './attempt-log.js';

/** Follows an attempt's log while the page shows it. Give the component that calls this a key per attempt. */
export function useAttemptLog(attemptId: string, knownSizeBytes: number): AttemptLog {
  const [log] = useState(() => new AttemptLog(attemptId, knownSizeBytes));
  useEffect(() => {
    log.open();
    return () => log.close();
  }, [log]);
  useSyncExternalStore(log.subscribe, log.getRevision);
  return log;
}
