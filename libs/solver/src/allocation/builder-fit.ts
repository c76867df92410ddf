/** Size classes of tasks and builders, smallest first. */
export const SIZE_CLASSES = ['small', 'medium', 'large'] as const;
export type SizeClass = (typeof SIZE_CLASSES)[number];

/** What a build asks of the machine beyond its size class. */
export interface BuilderNeeds {
  readonly architecture: string;
  /** x86-64 micro-architecture level (1 to 4) that the built code is run with. */
  readonly isaLevel?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly diskBytes?: number | undefined;
  /** Names a builder's hello must list, e.g. `emul32` or `executor-boulder`. */
  readonly features?: readonly string[] | undefined;
}

/** A connected builder. Memory and disk are what one slot may use. */
export interface BuilderFacts {
  readonly builderId: string;
  readonly sizeClass: SizeClass;
  readonly architectures: readonly string[];
  readonly isaLevel?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
  readonly features?: readonly string[];
  /** Takes no new builds: paused, draining or not trusted. */
  readonly isPaused?: boolean;
  /** Lower numbers are taken first among builders that fit equally well. */
  readonly preference?: number;
}

/** A need that a builder does not meet. */
export type NeedName = 'architecture' | 'isa-level' | 'memory' | 'disk' | 'features' | 'unpaused';

/** The needs that this builder does not meet; none means it fits. A fact that a builder does not tell counts as unlimited, a level as 1. */
export function unmetNeeds(needs: BuilderNeeds, builder: BuilderFacts): NeedName[] {
  const unmet: NeedName[] = [];
  if (!builder.architectures.includes(needs.architecture)) unmet.push('architecture');
  if ((needs.isaLevel ?? 1) > (builder.isaLevel ?? 1)) unmet.push('isa-level');
  if ((needs.memoryBytes ?? 0) > (builder.memoryBytes ?? Infinity)) unmet.push('memory');
  if ((needs.diskBytes ?? 0) > (builder.diskBytes ?? Infinity)) unmet.push('disk');
  if (needs.features?.some((feature) => builder.features?.includes(feature) !== true) === true)
    unmet.push('features');
  if (builder.isPaused === true) unmet.push('unpaused');
  return unmet;
}

/** Place of a size class, 0 = small. */
export function sizeRank(sizeClass: SizeClass): number {
  return SIZE_CLASSES.indexOf(sizeClass);
}

/** A text that is equal for tasks that ask the same of a builder. */
export function needsKey(needs: BuilderNeeds): string {
  const features = needs.features === undefined ? '' : JSON.stringify([...needs.features].sort());
  return `${needs.isaLevel ?? ''}/${needs.memoryBytes ?? ''}/${needs.diskBytes ?? ''}/${features}/${needs.architecture}`;
}
