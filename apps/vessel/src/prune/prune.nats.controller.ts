import { poolPrune, type ReplyOf, type RequestOf } from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller, Inject } from '@nestjs/common';
import { PruneService } from './prune.service.js';

@Controller()
export class PruneNatsController {
  constructor(@Inject(PruneService) private readonly pruning: PruneService) {}

  @Handles(poolPrune)
  prune(request: RequestOf<typeof poolPrune>): Promise<ReplyOf<typeof poolPrune>> {
    return this.pruning.prune(request);
  }
}
