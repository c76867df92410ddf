import { changeSetPublish, channelEnsure, type ReplyOf, type RequestOf } from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller, Inject } from '@nestjs/common';
import { ChannelEnsureService } from './channel-ensure.service.js';
import { PublicationService } from './publication.service.js';

@Controller()
export class PublishingNatsController {
  constructor(
    @Inject(ChannelEnsureService) private readonly channels: ChannelEnsureService,
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
}
