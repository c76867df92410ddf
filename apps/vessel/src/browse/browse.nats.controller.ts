import {
  capabilityUsers,
  channelList,
  packageDependants,
  packageFiles,
  packageList,
  packageShow,
  packageVersions,
  versionDifference,
  versionList,
  type ReplyOf,
  type RequestOf,
} from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller, Inject } from '@nestjs/common';
import { ChannelBrowser } from './channel-browser.js';
import { PackageDetails } from './package-details.js';
import { PackageSearch } from './package-search.js';
import { VersionTimeline } from './version-timeline.js';

@Controller()
export class BrowseNatsController {
  constructor(
    @Inject(ChannelBrowser) private readonly browser: ChannelBrowser,
    @Inject(VersionTimeline) private readonly timeline: VersionTimeline,
    @Inject(PackageSearch) private readonly search: PackageSearch,
    @Inject(PackageDetails) private readonly details: PackageDetails,
  ) {}

  @Handles(channelList)
  channels(): Promise<ReplyOf<typeof channelList>> {
    return this.browser.channels();
  }

  @Handles(versionList)
  versions(request: RequestOf<typeof versionList>): Promise<ReplyOf<typeof versionList>> {
    return this.timeline.page(request);
  }

  @Handles(versionDifference)
  difference(
    request: RequestOf<typeof versionDifference>,
  ): Promise<ReplyOf<typeof versionDifference>> {
    return this.browser.difference(request);
  }

  @Handles(packageList)
  packages(request: RequestOf<typeof packageList>): Promise<ReplyOf<typeof packageList>> {
    return this.search.packages(request);
  }

  @Handles(capabilityUsers)
  users(request: RequestOf<typeof capabilityUsers>): Promise<ReplyOf<typeof capabilityUsers>> {
    return this.search.capabilityUsers(request);
  }

  @Handles(packageShow)
  show(request: RequestOf<typeof packageShow>): Promise<ReplyOf<typeof packageShow>> {
    return this.details.show(request);
  }

  @Handles(packageFiles)
  files(request: RequestOf<typeof packageFiles>): Promise<ReplyOf<typeof packageFiles>> {
    return this.details.files(request);
  }

  @Handles(packageDependants)
  dependants(
    request: RequestOf<typeof packageDependants>,
  ): Promise<ReplyOf<typeof packageDependants>> {
    return this.details.dependants(request);
  }

  @Handles(packageVersions)
  carrying(request: RequestOf<typeof packageVersions>): Promise<ReplyOf<typeof packageVersions>> {
    return this.timeline.carrying(request);
  }
}
