import { channelList, packageList, type ReplyOf, type RequestOf } from '@cairn/contracts';
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
}
