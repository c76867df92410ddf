import {
  cancelRebuild,
  getRebuild,
  listRebuilds,
  pauseRebuild,
  resumeRebuild,
  type RebuildView,
} from '@cairn/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { rebuildKey, rebuildsKey } from '../../api/query-keys.js';

export type RebuildCommand = 'pause' | 'resume' | 'cancel';

const ROUTE_OF = { pause: pauseRebuild, resume: resumeRebuild, cancel: cancelRebuild } as const;

export function useRebuilds() {
  return useQuery({
    queryKey: [...rebuildsKey, 'list'],
    queryFn: ({ signal }) => callRoute(listRebuilds, { signal }),
  });
}

export function useRebuild(rebuildId: string) {
  return useQuery({
    queryKey: rebuildKey(rebuildId),
    queryFn: ({ signal }) => callRoute(getRebuild, { params: { rebuildId }, signal }),
  });
}

/** Pauses, resumes or cancels a rebuild. */
export function useRebuildCommand(rebuildId: string, csrfToken: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: RebuildCommand): Promise<RebuildView> =>
      callRoute(ROUTE_OF[command], { params: { rebuildId }, csrfToken }),
    onSettled: () => client.invalidateQueries({ queryKey: rebuildsKey }),
  });
}
