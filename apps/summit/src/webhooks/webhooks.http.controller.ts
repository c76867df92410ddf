import { receiveGithubWebhook } from '@cairn/contracts';
import { Controller, Req } from '@nestjs/common';
import { type Request } from 'express';
import { Route } from '../http/route.decorator.js';
import { GithubWebhook } from './github-webhook.service.js';

@Controller()
export class WebhooksHttpController {
  constructor(private readonly webhook: GithubWebhook) {}

  @Route(receiveGithubWebhook)
  async receive(@Req() request: Request & { rawBody?: Buffer }) {
    const header = (name: string) => request.header(name) ?? '';
    const status = await this.webhook.receive({
      body: request.rawBody ?? Buffer.alloc(0),
      signature: header('x-hub-signature-256'),
      deliveryId: header('x-github-delivery'),
      event: header('x-github-event'),
      isForm: request.is('application/x-www-form-urlencoded') !== false,
    });
    return { status };
  }
}
