import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LINE_LENGTH_MAX, LogBuffer, OPEN_LINE_BYTES_MAX } from './log-buffer.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function textsOf(buffer: LogBuffer): string[] {
  const texts = [];
  for (let line = buffer.start; line < buffer.end; line += 1) texts.push(buffer.line(line)!.text);
  return texts;
}

function appended(text: string): LogBuffer {
  const buffer = new LogBuffer(0);
  buffer.append(bytesOf(text));
  return buffer;
}

/** Cuts bytes at the given places, in order. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  at.sort((a, b) => a - b);
  return at.slice(1).map((end, position) => bytes.slice(at[position], end));
}

const logBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom('\n', '\r', '\r\n', 'grün', '\u001b[31m', '\u001b[0m', '日本').map(bytesOf),
    ),
    { maxLength: 40 },
  )
  .map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));
const places = fc.array(fc.nat({ max: 600 }), { maxLength: 8 });

it('gives the same lines however the bytes are divided', () => {
  fc.assert(
    fc.property(logBytes, places, (bytes, at) => {
      const whole = new LogBuffer(0);
      whole.append(bytes);
      const divided = new LogBuffer(0);
      for (const piece of cut(bytes, at)) divided.append(piece);
      expect(textsOf(divided)).toEqual(textsOf(whole));
      expect(divided.firstError).toBe(whole.firstError);
    }),
  );
});

it('gives the same lines when it is entered in the middle and the rest is loaded backwards', () => {
  fc.assert(
    fc.property(logBytes, places, fc.nat({ max: 600 }), (bytes, at, entry) => {
      const whole = new LogBuffer(0);
      whole.append(bytes);
      const enteredAt = entry % (bytes.length + 1);
      const entered = new LogBuffer(enteredAt);
      for (const piece of cut(bytes.slice(enteredAt), at)) entered.append(piece);
      for (const piece of cut(bytes.slice(0, enteredAt), at).reverse()) entered.prepend(piece);
      expect(entered.startOffset).toBe(0);
      expect(entered.hasEarlier).toBe(false);
      expect(textsOf(entered)).toEqual(textsOf(whole));
    }),
  );
});

it('shows what stands after carriage returns, as a terminal would', () => {
  expect(textsOf(appended('10%\r50%\r100%\r\nnext\r\n'))).toEqual(['100%', 'next']);
});

it('shows a line before it ends', () => {
  const buffer = appended('done\n[ 12%] Build');
  expect(textsOf(buffer)).toEqual(['done', '[ 12%] Build']);
  expect(buffer.finishedEnd).toBe(1);
});

it('replaces broken UTF-8', () => {
  const buffer = new LogBuffer(0);
  buffer.append(new Uint8Array([0x61, 0xff, 0xc3, 0x0a, 0xe2, 0x82]));
  expect(textsOf(buffer)).toEqual(['a\ufffd\ufffd', '\ufffd']);
});

it('carries a colour over lines and pieces', () => {
  const buffer = appended('\u001b[32mgreen\nstill');
  buffer.append(bytesOf('\u001b[0m\nplain\n'));
  expect([0, 1, 2].map((line) => buffer.line(line)!.startStyle.foreground)).toEqual([
    null,
    2,
    null,
  ]);
});

it('finds the first error, also in what is loaded later', () => {
  const early = 'x.c:1: error: early\n';
  const buffer = new LogBuffer(early.length);
  buffer.append(bytesOf('fine\nx.c:2: error: late\n'));
  expect(buffer.line(buffer.firstError!)!.text).toContain('late');
  buffer.prepend(bytesOf(early));
  expect(buffer.line(buffer.firstError!)!.text).toContain('early');
});

it('keeps an endless line within its limits', () => {
  const buffer = new LogBuffer(0);
  const piece = new Uint8Array(1_048_576).fill(0x78);
  for (let count = 0; count < 50; count += 1) buffer.append(piece);
  const text = buffer.line(0)!.text;
  expect(text.length).toBeLessThan(LINE_LENGTH_MAX + 100);
  expect(text).toContain('cut after');
  buffer.append(bytesOf('\nnext\n'));
  expect(buffer.line(1)!.text).toBe('next');
});

it('shows the newest state of an endless progress line', () => {
  const buffer = new LogBuffer(0);
  for (let percent = 0; percent <= 100; percent += 1) {
    buffer.append(bytesOf(`${' '.repeat(OPEN_LINE_BYTES_MAX / 50)}${percent}%\r`));
  }
  expect(buffer.line(0)!.text.trim()).toBe('100%');
});

it('takes a log of 50 MB in less than a few seconds', () => {
  const line =
    '[ 42%] Building CXX object src/CMakeFiles/thing.dir/some/file/name.cpp.o -Wall -O2\n';
  const piece = bytesOf(line.repeat(12_000));
  const buffer = new LogBuffer(0);
  const startedAt = performance.now();
  for (let count = 0; count < 50; count += 1) buffer.append(piece);
  const tookMs = performance.now() - startedAt;
  console.log(`50 MB of log taken in ${Math.round(tookMs)} ms`);
  expect(buffer.end).toBe(600_000);
  expect(tookMs).toBeLessThan(10_000);
});
