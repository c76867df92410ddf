import { listRepositories, refreshRepository } from '@cairn/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { repositoriesKey } from '../../api/query-keys.js';

export function useRepositories() {
  return useQuery({
    queryKey: repositoriesKey,
    queryFn: ({ signal }) => callRoute(listRepositories, { signal }),
  });
}

/** Looks for new commits of a repository now. */
export function useRefresh(csrfToken: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (which: { readonly project: string; readonly repository: string }) =>
      callRoute(refreshRepository, { params: which, csrfToken }),
    onSettled: () => client.invalidateQueries({ queryKey: repositoriesKey }),
  });
}
