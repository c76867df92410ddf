import {
  changeSetPublish,
  channelChange,
  channelEnsure,
  type ReplyOf,
  type RequestOf,
} from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller, Inject } from '@nestjs/common';
import { ChannelChangeService } from './channel-change.service.js';
import { ChannelEnsureService } from './channel-ensure.service.js';
import { PublicationService } from './publication.service.js';

@Controller()
export class PublishingNatsController {
  constructor(
    @Inject(ChannelEnsureService) private readonly channels: ChannelEnsureService,
    @Inject(ChannelChangeService) private readonly changes: ChannelChangeService,
    @Inject(PublicationService) private readonly publications: PublicationService,
  ) {}

  @Handles(channelEnsure)
  async ensure(request: RequestOf<typeof channelEnsure>): Promise<ReplyOf<typeof channelEnsure>> {
    return { history: await this.channels.ensure(request) };
  }

  @Handles(changeSetPublish)
  async publish(
    request: RequestOf<typeof changeSetPublish>,
  ): Promise<ReplyOf<typeof changeSetPublish>> {
    return { state: await this.publications.request(request) };
  }

  @Handles(channelChange)
  change(request: RequestOf<typeof channelChange>): Promise<ReplyOf<typeof channelChange>> {
    return this.changes.change(request);
  }
}
