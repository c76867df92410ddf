import { Module, type DynamicModule } from '@nestjs/common';
import { BuildsService } from '../builds/builds.service.js';
import { OrdersNatsController } from './orders.nats.controller.js';

@Module({})
export class OrdersModule {
  /** The module around a service that lives as long as the process. */
  static of(builds: BuildsService): DynamicModule {
    return {
      module: OrdersModule,
      controllers: [OrdersNatsController],
      providers: [{ provide: BuildsService, useValue: builds }],
    };
  }
}
