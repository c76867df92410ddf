import { listBuilders } from '@cairn/contracts';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { buildersKey } from '../../api/query-keys.js';

export function useBuilders() {
  return useQuery({
    queryKey: buildersKey,
    queryFn: ({ signal }) => callRoute(listBuilders, { signal }),
  });
}
