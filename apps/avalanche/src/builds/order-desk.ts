import { AppError, type BuildOrder } from '@cairn/contracts';
import { type Logger } from '@cairn/observability';
import { type Clock } from '@cairn/std';
import { type AttemptLedger } from '../journal/attempt-ledger.js';
import { newAttempt } from '../journal/domain/attempt.js';
import { type MachineService } from '../machine/machine.service.js';
import { WakeablePause } from '../wakeable-pause.js';
import { admit, type Admission } from './domain/admission.js';

/** Names that `mustUnderstand` of an order may hold. */
export const BUILDER_FEATURES: readonly string[] = ['networking', 'pinned-history', 'without'];

/** How long an order waits for a slot whose result is being reported. */
const SLOT_WAIT_MS = 1_000;

interface DeskParts {
  readonly ledger: AttemptLedger;
  readonly machine: Pick<MachineService, 'facts' | 'isDiskFull'>;
  readonly slots: number;
  readonly isDraining: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Decides on orders and journals those that are taken. */
export class OrderDesk {
  readonly #parts: DeskParts;
  readonly #change = new WakeablePause();

  constructor(parts: DeskParts) {
    this.#parts = parts;
    parts.ledger.onChange(() => this.#change.wake());
  }

  /** Returns when the order is journalled, now or before. Throws the reason why it is not taken. */
  async take(order: BuildOrder): Promise<Admission> {
    const { ledger, log } = this.#parts;
    const { attemptId } = order;
    const deadline = performance.now() + SLOT_WAIT_MS;
    for (;;) {
      const admission = this.#admit(order);
      if (admission.ok) {
        // Nothing may come between the decision and `add`, which takes the slot.
        const journalled = admission.value.isDuplicate
          ? ledger.settled(attemptId)
          : this.#add(order, admission.value.slot);
        await journalled.catch((cause: unknown) => {
          log.error({ attemptId, err: cause }, 'Order cannot be journalled');
          throw new AppError('builder.disk-full', 'The order cannot be journalled.', {}, { cause });
        });
        return admission.value;
      }
      const { code, message, details } = admission.error;
      const leftMs = deadline - performance.now();
      if (code !== 'builder.busy' || !this.#isSoonFree() || leftMs <= 0) {
        log.info({ attemptId, code }, 'Order refused');
        throw new AppError(code, message, details);
      }
      await this.#change.wait(leftMs);
    }
  }

  #admit(order: BuildOrder): ReturnType<typeof admit> {
    const { ledger, machine, slots, isDraining } = this.#parts;
    return admit(order, {
      attempts: ledger.all(),
      slots,
      architectures: [machine.facts().architecture],
      features: BUILDER_FEATURES,
      isDraining: isDraining(),
      isDiskFull: machine.isDiskFull(),
    });
  }

  #add(order: BuildOrder, slot: number): Promise<void> {
    const { ledger, clock } = this.#parts;
    return ledger.add(newAttempt({ order, slot, receivedAt: clock.now() }));
  }

  /** summit may fill a slot again before we have journalled that it took the result: such an order waits for that. */
  #isSoonFree(): boolean {
    return [...this.#parts.ledger.all().values()].some(({ status }) => status === 'reporting');
  }
}
