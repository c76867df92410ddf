/** How a piece of log text looks. Colours are 0 to 15 of the terminal palette, null for the page's own. */
export interface LogStyle {
  readonly foreground: number | null;
  readonly background: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export const PLAIN_STYLE: LogStyle = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

/** Most parameters of one sequence that are looked at. */
const PARAMETERS_MAX = 64;
const CUBE_STEPS = [0, 95, 135, 175, 215, 255];

/** Nearest of the sixteen palette colours: the page's policy allows classes, not arbitrary colours. */
function nearestColour(red: number, green: number, blue: number): number {
  const brightest = Math.max(red, green, blue);
  if (brightest - Math.min(red, green, blue) < 40) {
    if (brightest < 50) return 0;
    if (brightest < 150) return 8;
    return brightest < 220 ? 7 : 15;
  }
  const isOn = (part: number): number => (part > brightest * 0.6 ? 1 : 0);
  const hue = isOn(red) + isOn(green) * 2 + isOn(blue) * 4;
  return brightest > 200 ? hue + 8 : hue;
}

function paletteColour(code: number): number | null {
  if (!(code >= 0 && code <= 255)) return null;
  if (code < 16) return code;
  if (code >= 232) {
    const grey = 8 + (code - 232) * 10;
    return nearestColour(grey, grey, grey);
  }
  const position = code - 16;
  const part = (divisor: number): number => CUBE_STEPS[Math.floor(position / divisor) % 6] ?? 0;
  return nearestColour(part(36), part(6), part(1));
}

/** Reads `5;n` or `2;r;g;b` after a 38 or 48: the colour and how many parameters it took. */
function extendedColour(
  codes: readonly number[],
  at: number,
): { colour: number | null; taken: number } {
  if (codes[at] === 5) return { colour: paletteColour(codes[at + 1] ?? -1), taken: 2 };
  if (codes[at] !== 2) return { colour: null, taken: 0 };
  const [red = 0, green = 0, blue = 0] = codes.slice(at + 1, at + 4);
  return { colour: nearestColour(red, green, blue), taken: 4 };
}

const SWITCHES: Readonly<Record<number, Partial<LogStyle>>> = {
  0: PLAIN_STYLE,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  39: { foreground: null },
  49: { background: null },
};

function plainChange(code: number): Partial<LogStyle> {
  if (code >= 30 && code <= 37) return { foreground: code - 30 };
  if (code >= 90 && code <= 97) return { foreground: code - 82 };
  if (code >= 40 && code <= 47) return { background: code - 40 };
  if (code >= 100 && code <= 107) return { background: code - 92 };
  return SWITCHES[code] ?? {};
}

/** Applies the parameters of one `ESC [ … m`; what is unknown, and concealing, has no effect. */
export function applySgr(style: LogStyle, parameters: string): LogStyle {
  if (parameters === '' || parameters === '0') return PLAIN_STYLE;
  const codes = parameters
    .split(/[;:]/, PARAMETERS_MAX)
    .map((part) => (part === '' ? 0 : Number(part)));
  let result = style;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, taken } = extendedColour(codes, at + 1);
      at += taken;
      result = { ...result, [code === 38 ? 'foreground' : 'background']: colour };
    } else {
      result = { ...result, ...plainChange(code) };
    }
  }
  return result;
}

/** Class names that the stylesheet knows; never derived from text of the log. */
export function classNamesOf(style: LogStyle): string {
  const { foreground, background } = style;
  const names = [
    foreground === null ? '' : `fg-${foreground}`,
    // Text in the colour of its ground would hide what the build said.
    background === null || background === foreground ? '' : `bg-${background}`,
    style.bold ? 'bold' : '',
    style.dim ? 'dim' : '',
    style.italic ? 'italic' : '',
    style.underline ? 'underline' : '',
    style.inverse ? 'inverse' : '',
  ];
  return names.filter((name) => name !== '').join(' ');
}
