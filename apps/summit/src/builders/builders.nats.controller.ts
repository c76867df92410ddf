import {
  attemptFailed,
  attemptSucceeded,
  heartbeat,
  hello,
  type RequestOf,
} from '@cairn/contracts';
import { Handles, type MessageContext } from '@cairn/messaging';
import { Controller } from '@nestjs/common';
import { AttemptResults } from '../tasks/attempt-results.service.js';
import { BuilderSessions } from './builder-session.service.js';

@Controller()
export class BuildersNatsController {
  constructor(
    private readonly sessions: BuilderSessions,
    private readonly results: AttemptResults,
  ) {}

  @Handles(hello)
  hello(request: RequestOf<typeof hello>, context: MessageContext) {
    return this.sessions.hello(context.senderId, request);
  }

  @Handles(heartbeat)
  heartbeat(request: RequestOf<typeof heartbeat>, context: MessageContext) {
    return this.sessions.heartbeat(context.senderId, request);
  }

  @Handles(attemptSucceeded)
  succeeded(request: RequestOf<typeof attemptSucceeded>, context: MessageContext) {
    return this.results.succeeded(context.senderId, request);
  }

  @Handles(attemptFailed)
  failed(request: RequestOf<typeof attemptFailed>, context: MessageContext) {
    return this.results.failed(context.senderId, request);
  }
}
