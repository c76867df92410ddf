/** A log that tries everything: colours, progress, broken UTF-8, markup, links, control characters, endless lines. */
export function hostileLog(): Uint8Array {
  const text = [
    '\u001b[1mChecking out\u001b[0m 4f2d1c0b9a8e',
    '\u001b[32m✓\u001b[0m fetched \u001b[36mlibdaemon-0.14.tar.gz\u001b[0m (312 KiB)',
    'fetch 1%\rfetch 50%\rfetch 100%',
    '<script>document.title = "owned"</script><img src=x onerror="document.title=\'owned\'">',
    '\u001b]8;;javascript:document.title="owned"\u001b\\a link\u001b]8;;\u001b\\ and \u001b]0;owned\u0007title',
    'https://example.org/stays-text \u202egnp.exe',
    '\u001b[2J\u001b[H\u001b[?1049hcleared?',
    `long ${'x'.repeat(20_000)}`,
    ...Array.from(
      { length: 300 },
      (_, n) => `[${n + 1}/300] cc -O2 -c src/file-${n}.c -o file-${n}.o`,
    ),
    "\u001b[01m\u001b[Kmain.c:12:3:\u001b[m\u001b[K \u001b[01;31m\u001b[Kerror: \u001b[m\u001b[Kimplicit declaration of function '\u001b[01mfrobnicate\u001b[m'",
    '   12 |   \u001b[01;31m\u001b[Kfrobnicate\u001b[m\u001b[K();',
    '      |   \u001b[01;31m\u001b[K^~~~~~~~~~\u001b[m\u001b[K',
    ...Array.from(
      { length: 40 },
      (_, n) =>
        `\u001b[${31 + (n % 6)}mafter ${n}\u001b[0m \u001b[9${n % 8}mbright\u001b[0m \u001b[4${n % 8}mground\u001b[0m`,
    ),
    'make: *** [Makefile:9: main.o] Error 1',
    '',
  ].join('\n');
  return Buffer.concat([
    Buffer.from('broken \xff\xfe\xc3( bytes \x00\x08\x07\n', 'latin1'),
    Buffer.from(text),
  ]);
}

/** A log of about so many MiB with one error early on. */
export function longLog(sizeMib: number): Uint8Array {
  const lines: string[] = ['first line', 'early.c:1:1: error: the first of all errors'];
  const line =
    '\u001b[32m[ 42%]\u001b[0m Building CXX object src/CMakeFiles/thing.dir/some/file/name';
  const count = Math.floor((sizeMib * 1_048_576) / (line.length + 14));
  for (let n = 0; n < count; n += 1) lines.push(`${line}-${String(n).padStart(8, '0')}.o`);
  lines.push('last line', '');
  return Buffer.from(lines.join('\n'));
}
