import { Module, type DynamicModule } from '@nestjs/common';
import { ArtefactsNatsController } from './artefacts.nats.controller.js';
import { ArtefactsService } from './artefacts.service.js';

@Module({})
export class ArtefactsModule {
  /** The module around a service that lives as long as the process. */
  static of(artefacts: ArtefactsService): DynamicModule {
    return {
      module: ArtefactsModule,
      controllers: [ArtefactsNatsController],
      providers: [{ provide: ArtefactsService, useValue: artefacts }],
    };
  }
}
