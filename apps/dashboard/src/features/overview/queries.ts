import { getOverview, pauseAllocation, resumeAllocation } from '@cairn/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { overviewKey } from '../../api/query-keys.js';

export function useOverview() {
  return useQuery({
    queryKey: overviewKey,
    queryFn: ({ signal }) => callRoute(getOverview, { signal }),
  });
}

/** Stops giving out builds, or goes on. */
export function useAllocationSwitch(csrfToken: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (isPaused: boolean) =>
      callRoute(isPaused ? pauseAllocation : resumeAllocation, { csrfToken }),
    onSettled: () => client.invalidateQueries({ queryKey: overviewKey }),
  });
}
