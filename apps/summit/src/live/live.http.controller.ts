import { AppError, streamEvents, type EventView } from '@cairn/contracts';
import { Controller, Req, Res } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { Route } from '../http/route.decorator.js';
import { EventStore } from './event.store.js';
import { EventStream } from './event-stream.service.js';
import { beginEvents, lastEventId } from './live-responses.js';

const STREAMS_MAX = 2_000;

@Controller()
export class LiveHttpController {
  private open = 0;

  constructor(
    private readonly stream: EventStream,
    private readonly events: EventStore,
  ) {}

  @Route(streamEvents)
  async follow(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (this.open >= STREAMS_MAX)
      throw new AppError(
        'limit.too-many-streams',
        'Too many readers follow the events: try again later.',
      );
    this.open += 1;
    const missedFrom = lastEventId(request.header('last-event-id'));
    const waiting: EventView[] = [];
    let isCaughtUp = false;
    let sentId = missedFrom ?? 0;
    const send = (event: EventView): boolean => {
      if (event.id <= sentId) return true;
      sentId = event.id;
      return sse.send({ id: event.id, data: event });
    };
    const stop = this.stream.follow((event) => {
      if (isCaughtUp) send(event);
      else waiting.push(event);
    });
    const sse = beginEvents(response, () => {
      this.open -= 1;
      stop();
    });
    if (missedFrom !== null) await this.sendMissed(missedFrom, send);
    isCaughtUp = true;
    waiting.forEach(send);
  }

  /** Sends everything after an id, page by page, for as long as the reader takes it. */
  private async sendMissed(from: number, send: (event: EventView) => boolean): Promise<void> {
    let last: number | undefined = from;
    while (last !== undefined) {
      const page: EventView[] = await this.events.since(last);
      if (!page.every(send)) return;
      last = page.at(-1)?.id;
    }
  }
}
