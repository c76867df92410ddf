import { Module } from '@nestjs/common';
import { RepositoriesModule } from '../repositories/repositories.module.js';
import { GithubWebhook } from './github-webhook.service.js';
import { WebhooksHttpController } from './webhooks.http.controller.js';

@Module({
  imports: [RepositoriesModule],
  controllers: [WebhooksHttpController],
  providers: [GithubWebhook],
})
export class WebhooksModule {}
