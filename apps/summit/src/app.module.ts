import { tokenSigner, type NatsTrust } from '@cairn/auth';
import { type ChoreQueue } from '@cairn/jobs';
import { type ContractClient } from '@cairn/messaging';
import { systemClock } from '@cairn/std';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccountsModule } from './accounts/accounts.module.js';
import { TOKEN_SIGNER } from './accounts/sessions.service.js';
import { NATS_TRUST } from './builders/broker.service.js';
import { CLOCK } from './clock.js';
import { CONFIG, type SummitConfig } from './config.js';
import { ControlModule } from './control/control.module.js';
import { ErrorFilter } from './http/error.filter.js';
import { RouteInputInterceptor } from './http/route-input.interceptor.js';
import { RouteGuard } from './accounts/route.guard.js';
import { LOGGER, type Logger } from './logger.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { PersistenceModule } from './persistence/persistence.module.js';
import { VESSEL } from './published/vessel.gateway.js';
import { PublishingModule } from './publishing/publishing.module.js';
import { CHORE_QUEUE } from './repositories/refresh-wishes.service.js';
import { RebuildsModule } from './rebuilds/rebuilds.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** What the process has opened before the modules are made. */
export interface SummitSurroundings {
  readonly config: SummitConfig;
  readonly log: Logger;
  readonly trust: NatsTrust;
  readonly client: ContractClient;
  readonly queue: ChoreQueue;
}

@Global()
@Module({})
class SurroundingsModule {
  static of(given: SummitSurroundings): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: given.config },
      { provide: LOGGER, useValue: given.log },
      { provide: CLOCK, useValue: systemClock },
      { provide: NATS_TRUST, useValue: given.trust },
      { provide: VESSEL, useValue: given.client },
      { provide: CHORE_QUEUE, useValue: given.queue },
      { provide: TOKEN_SIGNER, useValue: tokenSigner(given.config.http.tokenKeyPem) },
    ];
    return { module: SurroundingsModule, providers, exports: providers };
  }
}

@Module({})
export class AppModule {
  static of(given: SummitSurroundings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SurroundingsModule.of(given),
        PersistenceModule,
        OutboxModule,
        AccountsModule,
        PublishingModule,
        RebuildsModule,
        OverviewModule,
        WebhooksModule,
        ControlModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: RouteGuard },
        { provide: APP_INTERCEPTOR, useClass: RouteInputInterceptor },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }
}
