import { AppError } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { SummitDatabase } from '../persistence/summit-database.js';
import { RecipeStore } from '../repositories/recipe.store.js';
import { RefreshWishes } from '../repositories/refresh-wishes.service.js';
import { isSameRepository, pushedBranch } from './domain/push-event.js';

const SIGNATURE_PREFIX = 'sha256=';
const DELIVERY_ID = /^[A-Za-z0-9-]{1,100}$/;

export interface WebhookDelivery {
  readonly body: Buffer;
  readonly signature: string;
  readonly deliveryId: string;
  readonly event: string;
  /** GitHub sends JSON, or a form with the JSON in its field `payload`. */
  readonly isForm: boolean;
}

/** Takes GitHub's push events: only signed ones, each delivery once, and they start no more than a refresh. */
@Injectable()
export class GithubWebhook {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'http'>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly recipes: RecipeStore,
    private readonly wishes: RefreshWishes,
  ) {}

  async receive(delivery: WebhookDelivery): Promise<'queued' | 'ignored' | 'duplicate'> {
    this.checkSignature(delivery);
    if (!DELIVERY_ID.test(delivery.deliveryId))
      throw new AppError('webhook.unsupported', 'X-GitHub-Delivery is missing.');
    if (delivery.event !== 'push') return 'ignored';
    const pushed = pushedBranch(parseJson(payloadOf(delivery)));
    if (pushed === null) return 'ignored';
    const concerned = (await this.recipes.repositories()).filter(
      (repository) =>
        repository.branch === pushed.branch &&
        pushed.urls.some((url) => isSameRepository(url, repository.url)),
    );
    if (concerned.length === 0) return 'ignored';
    if (await this.wasReceived(delivery.deliveryId)) return 'duplicate';
    for (const { project, name } of concerned) await this.wishes.wish(project, name);
    await this.remember(delivery.deliveryId);
    return 'queued';
  }

  private checkSignature({ body, signature }: WebhookDelivery): void {
    const { webhookSecrets } = this.config.http;
    const given = Buffer.from(
      signature.startsWith(SIGNATURE_PREFIX) ? signature.slice(SIGNATURE_PREFIX.length) : '',
      'hex',
    );
    let isValid = false;
    for (const secret of webhookSecrets) {
      const wanted = createHmac('sha256', secret).update(body).digest();
      if (given.length === wanted.length && timingSafeEqual(given, wanted)) isValid = true;
    }
    if (!isValid)
      throw new AppError(
        'webhook.signature-invalid',
        'The signature does not match any of our secrets.',
      );
  }

  private async wasReceived(deliveryId: string): Promise<boolean> {
    return (
      (await this.database.client.webhookDelivery.findUnique({ where: { deliveryId } })) !== null
    );
  }

  /** After the wish, so that a crash in between makes the repeated delivery count. */
  private async remember(deliveryId: string): Promise<void> {
    await this.database.client.webhookDelivery.createMany({
      data: [{ deliveryId, receivedAt: new Date(this.clock.now()) }],
      skipDuplicates: true,
    });
  }
}

function payloadOf({ body, isForm }: WebhookDelivery): string {
  const text = body.toString('utf8');
  return isForm ? (new URLSearchParams(text).get('payload') ?? '') : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('contract.invalid-payload', 'The body is not JSON.', {}, { cause });
  }
}
