import {
  getPackage,
  listCapabilityUsers,
  listPackageDependants,
  listPackageFiles,
  listPackageVersions,
} from '@cairn/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { packageKey } from '../../api/query-keys.js';
import { type PackagePlace } from '../../components/channel-paths.js';

export const ROWS_PER_PAGE = 100;
export const VERSIONS_PER_PAGE = 50;

export function usePackage(place: PackagePlace) {
  const { channel, name, version, architecture } = place;
  return useQuery({
    queryKey: packageKey('one', place),
    queryFn: ({ signal }) =>
      callRoute(getPackage, {
        params: { channel, name },
        query: { version, architecture },
        signal,
      }),
  });
}

export function usePackageFiles(
  place: PackagePlace,
  wanted: { readonly search: string | undefined; readonly offset: number },
) {
  const { channel, name, version, architecture } = place;
  const query = { version, architecture, ...wanted, limit: ROWS_PER_PAGE };
  return useQuery({
    queryKey: packageKey('files', { channel, name, ...query }),
    queryFn: ({ signal }) =>
      callRoute(listPackageFiles, { params: { channel, name }, query, signal }),
    placeholderData: keepPreviousData,
  });
}

export function usePackageDependants(place: PackagePlace, offset: number) {
  const { channel, name, version, architecture } = place;
  const query = { version, architecture, offset, limit: ROWS_PER_PAGE };
  return useQuery({
    queryKey: packageKey('dependants', { channel, name, ...query }),
    queryFn: ({ signal }) =>
      callRoute(listPackageDependants, { params: { channel, name }, query, signal }),
    placeholderData: keepPreviousData,
  });
}

export function usePackageVersions(place: Required<PackagePlace>, before: string | undefined) {
  const { channel, name, architecture } = place;
  const query = { architecture, before, limit: VERSIONS_PER_PAGE };
  return useQuery({
    queryKey: packageKey('versions', { channel, name, ...query }),
    queryFn: ({ signal }) =>
      callRoute(listPackageVersions, { params: { channel, name }, query, signal }),
    placeholderData: keepPreviousData,
  });
}

export function useCapabilityUsers(
  channel: string,
  wanted: { readonly capability: string; readonly version: string; readonly offset: number },
) {
  const query = { ...wanted, limit: ROWS_PER_PAGE };
  return useQuery({
    queryKey: packageKey('capability', { channel, ...query }),
    queryFn: ({ signal }) => callRoute(listCapabilityUsers, { params: { channel }, query, signal }),
  });
}
