import { listChannels, listPackages } from '@cairn/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { channelsKey, packagesKey } from '../../api/query-keys.js';

export const PACKAGES_PER_PAGE = 100;

export function useChannels() {
  return useQuery({
    queryKey: channelsKey,
    queryFn: ({ signal }) => callRoute(listChannels, { signal }),
  });
}

export interface PackageListQuery {
  /** `stream/<name>` or `history/<id>`. */
  readonly version: string;
  readonly search: string | undefined;
  readonly offset: number;
}

export function usePackages(channel: string, wanted: PackageListQuery) {
  const query = { ...wanted, limit: PACKAGES_PER_PAGE };
  return useQuery({
    queryKey: packagesKey(channel, query),
    queryFn: ({ signal }) => callRoute(listPackages, { params: { channel }, query, signal }),
    placeholderData: keepPreviousData,
  });
}
