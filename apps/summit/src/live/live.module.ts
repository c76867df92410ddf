import { Module } from '@nestjs/common';
import { EventStore } from './event.store.js';
import { EventStream } from './event-stream.service.js';

@Module({ providers: [EventStore, EventStream], exports: [EventStore, EventStream] })
export class LiveModule {}
