import {
  compareVersions,
  listChannels,
  listPackages,
  listVersions,
  type PackageSearch,
} from '@cairn/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { channelsKey, differenceKey, packagesKey, versionsKey } from '../../api/query-keys.js';

export const PACKAGES_PER_PAGE = 100;
export const VERSIONS_PER_PAGE = 50;

export function useChannels() {
  return useQuery({
    queryKey: channelsKey,
    queryFn: ({ signal }) => callRoute(listChannels, { signal }),
  });
}

export interface PackageListQuery {
  /** `stream/<name>`, `tag/<name>` or `history/<id>`. */
  readonly version: string;
  readonly search: string | undefined;
  readonly by: PackageSearch;
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

export function useVersions(channel: string, before: string | undefined) {
  const query = { before, limit: VERSIONS_PER_PAGE };
  return useQuery({
    queryKey: versionsKey(channel, query),
    queryFn: ({ signal }) => callRoute(listVersions, { params: { channel }, query, signal }),
    placeholderData: keepPreviousData,
  });
}

export function useDifference(
  channel: string,
  { from, to }: { readonly from: string; readonly to: string },
) {
  const query = { from, to };
  return useQuery({
    queryKey: differenceKey(channel, query),
    queryFn: ({ signal }) => callRoute(compareVersions, { params: { channel }, query, signal }),
  });
}
