import { colourPaint, plainPaint, type Paint } from './paint.js';

const COLUMNS_MIN = 40;

/** What the standard output can show. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly hasColours: boolean;
  /** Undefined where lines may be as long as they are: in pipes and files. */
  readonly columns: number | undefined;
  readonly paint: Paint;
}

/** Looks at a stream: colours and cut lines are for terminals only. */
export function screenOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  areColoursWanted: boolean,
): Screen {
  const isTerminal = stream.isTTY === true;
  const hasColours = isTerminal && areColoursWanted;
  return {
    isTerminal,
    hasColours,
    columns: isTerminal && stream.columns ? Math.max(COLUMNS_MIN, stream.columns) : undefined,
    paint: hasColours ? colourPaint : plainPaint,
  };
}
