import {
  capabilityUsers,
  channelList,
  compareVersions,
  getPackage,
  listCapabilityUsers,
  listChannels,
  listPackageDependants,
  listPackageFiles,
  listPackages,
  listPackageVersions,
  listVersions,
  packageDependants,
  packageFiles,
  packageList,
  packageShow,
  packageVersions,
  versionDifference,
  versionList,
} from '@cairn/contracts';
import { Controller, Inject } from '@nestjs/common';
import { Input, Route, type RouteInput } from '../http/route.decorator.js';
import { VESSEL, type VesselGateway } from '../published/vessel.gateway.js';
import { BuildOrigins } from './build-origins.service.js';

/** What vessel publishes, for people to look at. */
@Controller()
export class BrowseHttpController {
  constructor(
    @Inject(VESSEL) private readonly vessel: VesselGateway,
    private readonly origins: BuildOrigins,
  ) {}

  @Route(listChannels)
  channels() {
    return this.vessel.request(channelList, {});
  }

  @Route(listVersions)
  async versions(@Input() { params, query }: RouteInput<typeof listVersions>) {
    return this.origins.ofVersions(await this.vessel.request(versionList, { ...query, ...params }));
  }

  @Route(compareVersions)
  compare(@Input() { params, query }: RouteInput<typeof compareVersions>) {
    return this.vessel.request(versionDifference, { ...query, ...params });
  }

  @Route(listPackages)
  packages(@Input() { params, query }: RouteInput<typeof listPackages>) {
    return this.vessel.request(packageList, { ...query, ...params });
  }

  @Route(listCapabilityUsers)
  capabilityUsers(@Input() { params, query }: RouteInput<typeof listCapabilityUsers>) {
    return this.vessel.request(capabilityUsers, { ...query, ...params });
  }

  @Route(getPackage)
  async package(@Input() { params, query }: RouteInput<typeof getPackage>) {
    return this.origins.ofPackage(await this.vessel.request(packageShow, { ...query, ...params }));
  }

  @Route(listPackageFiles)
  files(@Input() { params, query }: RouteInput<typeof listPackageFiles>) {
    return this.vessel.request(packageFiles, { ...query, ...params });
  }

  @Route(listPackageDependants)
  dependants(@Input() { params, query }: RouteInput<typeof listPackageDependants>) {
    return this.vessel.request(packageDependants, { ...query, ...params });
  }

  @Route(listPackageVersions)
  carrying(@Input() { params, query }: RouteInput<typeof listPackageVersions>) {
    return this.vessel.request(packageVersions, { ...query, ...params });
  }
}
