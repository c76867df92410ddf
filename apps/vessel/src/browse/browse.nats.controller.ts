import {
  capabilityUsers,
  channelList,
  packageList,
  versionDifference,
  type ReplyOf,
  type RequestOf,
} from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller, Inject } from '@nestjs/common';
import { BrowseStore } from './browse.store.js';

@Controller()
export class BrowseNatsController {
  constructor(@Inject(BrowseStore) private readonly browse: BrowseStore) {}

  @Handles(channelList)
  async channels(): Promise<ReplyOf<typeof channelList>> {
    return this.browse.channels();
  }

  @Handles(packageList)
  async packages(request: RequestOf<typeof packageList>): Promise<ReplyOf<typeof packageList>> {
    return this.browse.packages(request);
  }

  @Handles(versionDifference)
  async difference(
    request: RequestOf<typeof versionDifference>,
  ): Promise<ReplyOf<typeof versionDifference>> {
    return this.browse.difference(request);
  }

  @Handles(capabilityUsers)
  async users(
    request: RequestOf<typeof capabilityUsers>,
  ): Promise<ReplyOf<typeof capabilityUsers>> {
    return this.browse.capabilityUsers(request);
  }
}
