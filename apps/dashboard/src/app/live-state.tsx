import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type StreamState } from '../api/event-stream.js';
import { startLiveFeed } from '../api/live-feed.js';

const WORD: Readonly<Record<StreamState, string>> = {
  connecting: 'connecting',
  live: 'live',
  reconnecting: 'reconnecting',
  closed: 'offline',
};

/** Keeps the page's answers fresh for as long as it is shown, and says whether events are heard. */
export function LiveState() {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(() => {
    const feed = startLiveFeed(client, setState);
    return () => feed.close();
  }, [client]);
  return (
    <span className={`live ${state}`} role="status" title="Whether the page hears what happens">
      {WORD[state]}
    </span>
  );
}
