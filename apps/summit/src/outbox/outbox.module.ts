import { Global, Module } from '@nestjs/common';
import { InboxStore } from './inbox.store.js';
import { SummitOutboxStore } from './outbox.store.js';

@Global()
@Module({ providers: [SummitOutboxStore, InboxStore], exports: [SummitOutboxStore, InboxStore] })
export class OutboxModule {}
