import { AppError, followLog, readLog } from '@cairn/contracts';
import { SingleFlight } from '@cairn/std';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { Input, Route, type RouteInput } from '../http/route.decorator.js';
import { beginEvents, lastEventId } from '../live/live-responses.js';
import { LOGGER, type Logger } from '../logger.js';
import { BuildLogs } from './build-log.service.js';

const STREAMS_MAX = 2_000;
const CHECK_INTERVAL_MS = 2_000;
const PIECE_SIZE_BYTES = 65_536;

@Controller()
export class LogsHttpController {
  private open = 0;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly logs: BuildLogs,
  ) {}

  @Route(readLog)
  async read(@Input() input: RouteInput<typeof readLog>, @Res() response: Response): Promise<void> {
    const { attemptId } = input.params;
    const { sizeBytes, isComplete } = await this.logs.progress(attemptId);
    const bytes = await this.logs.read(attemptId, input.query.offset);
    response
      .status(200)
      .set({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'content-security-policy': 'sandbox',
        'cache-control': 'no-store',
        'cairn-log-state': isComplete ? 'complete' : 'growing',
        'cairn-log-size': String(sizeBytes),
      })
      .end(Buffer.from(bytes));
  }

  @Route(followLog)
  async follow(
    @Input() input: RouteInput<typeof followLog>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (this.open >= STREAMS_MAX)
      throw new AppError(
        'limit.too-many-streams',
        'Too many readers follow logs: try again later.',
      );
    const { attemptId } = input.params;
    await this.logs.progress(attemptId);
    let offset = lastEventId(request.header('last-event-id')) ?? input.query.offset;
    const pump = new SingleFlight(
      async () => void (offset = await this.pump(attemptId, offset, sse)),
      (error) => {
        this.log.warn({ err: error, attemptId }, 'Log stream ended early');
        sse.end();
      },
    );
    const stopListening = this.logs.onGrowth(attemptId, () => pump.wake());
    const timer = setInterval(() => pump.wake(), CHECK_INTERVAL_MS);
    this.open += 1;
    const sse = beginEvents(response, () => {
      this.open -= 1;
      stopListening();
      clearInterval(timer);
    });
    pump.wake();
  }

  /** Sends what is there from an offset on; ends the stream after the last byte of a complete log. */
  private async pump(
    attemptId: string,
    from: number,
    sse: ReturnType<typeof beginEvents>,
  ): Promise<number> {
    let offset = from;
    for (;;) {
      const { isComplete, sizeBytes } = await this.logs.progress(attemptId);
      const bytes = (await this.logs.read(attemptId, offset)).subarray(0, PIECE_SIZE_BYTES);
      const next = offset + bytes.byteLength;
      const isEnd = isComplete && next >= sizeBytes;
      if (bytes.byteLength > 0 || isEnd) {
        const data = { offset, bytes: Buffer.from(bytes).toString('base64'), complete: isEnd };
        if (!sse.send({ id: next, data })) return offset;
      }
      offset = next;
      if (isEnd) sse.end();
      if (isEnd || bytes.byteLength === 0) return offset;
    }
  }
}
