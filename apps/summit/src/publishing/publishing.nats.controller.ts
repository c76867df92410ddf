import { changeSetPublished, importFinished, streamMoved, type RequestOf } from '@cairn/contracts';
import { Handles, type MessageContext } from '@cairn/messaging';
import { Controller } from '@nestjs/common';
import { Publishing } from './publishing.service.js';

@Controller()
export class PublishingNatsController {
  constructor(private readonly publishing: Publishing) {}

  @Handles(importFinished)
  async importFinished(request: RequestOf<typeof importFinished>, context: MessageContext) {
    await this.publishing.importFinished(request, context);
    return {};
  }

  @Handles(changeSetPublished)
  async changeSetPublished(request: RequestOf<typeof changeSetPublished>, context: MessageContext) {
    await this.publishing.changeSetPublished(request, context);
    return {};
  }

  @Handles(streamMoved)
  async streamMoved(request: RequestOf<typeof streamMoved>, context: MessageContext) {
    await this.publishing.streamMoved(request, context);
    return {};
  }
}
