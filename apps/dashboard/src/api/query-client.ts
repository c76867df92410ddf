import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.js';

const RETRIES_MAX = 2;

/** Whether asking again can help: only when summit was not reached, or says it is unwell or busy. */
export function isWorthRetrying(failureCount: number, error: Error): boolean {
  if (failureCount >= RETRIES_MAX || !(error instanceof ApiError)) return false;
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

/** Answers stay fresh until an event says otherwise, or at most for 30 seconds. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: isWorthRetrying, staleTime: 30_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
