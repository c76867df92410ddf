import { Module } from '@nestjs/common';
import { EventStore } from './event.store.js';
import { LiveHttpController } from './live.http.controller.js';
import { EventStream } from './event-stream.service.js';

@Module({
  controllers: [LiveHttpController],
  providers: [EventStore, EventStream],
  exports: [EventStore, EventStream],
})
export class LiveModule {}
