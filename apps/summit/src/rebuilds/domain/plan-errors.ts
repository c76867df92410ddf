import { AppError } from '@cairn/contracts';
import { type PlanError } from '@cairn/solver';

const SHOWN_MAX = 20;

/** Why there is no plan, for the API. */
export function planRefusal(error: PlanError): AppError {
  switch (error.code) {
    case 'plan.unknown-source':
      return new AppError(
        error.code,
        `The profile has no recipe of ${error.sources.slice(0, SHOWN_MAX).join(', ')}.`,
        { sources: error.sources.slice(0, SHOWN_MAX) },
      );
    case 'plan.seed-missing':
      return new AppError(
        error.code,
        `${error.seeds.length} dependencies must be published first or be left out by bootstrap hints in the project document: ${error.seeds
          .slice(0, SHOWN_MAX)
          .map((seed) => `${seed.source} needs ${seed.capability} of ${seed.from}`)
          .join('; ')}.`,
        { seeds: error.seeds.slice(0, SHOWN_MAX), count: error.seeds.length },
      );
  }
}
