import { orderBuild, orderCancel, type ReplyOf, type RequestOf } from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller } from '@nestjs/common';
import { BuildsService } from '../builds/builds.service.js';

@Controller()
export class OrdersNatsController {
  constructor(private readonly builds: BuildsService) {}

  @Handles(orderBuild)
  build(request: RequestOf<typeof orderBuild>): Promise<ReplyOf<typeof orderBuild>> {
    return this.builds.order(request);
  }

  @Handles(orderCancel)
  cancel(request: RequestOf<typeof orderCancel>): Promise<ReplyOf<typeof orderCancel>> {
    return this.builds.cancel(request);
  }
}
