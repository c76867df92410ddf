// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { LogBlock } from './log-block.js';
import { LogBuffer } from './log-buffer.js';

afterEach(cleanup);

function draw(bytes: Uint8Array): HTMLElement {
  const buffer = new LogBuffer(0);
  buffer.append(bytes);
  const { container } = render(
    <LogBlock buffer={buffer} from={0} to={buffer.end} numberShift={1} markedLine={null} />,
  );
  return container;
}

it('puts nothing but text in spans on the page, whatever the build printed', () => {
  const bytes = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc
        .constantFrom(
          '<script>',
          '<a href="javascript:x">',
          '\u001b]8;;http://evil\u0007',
          '\u001b[31m',
          '\n',
        )
        .map((text) => new TextEncoder().encode(text)),
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(bytes, (parts) => {
      const container = draw(new Uint8Array(parts.flatMap((part) => [...part])));
      for (const element of container.querySelectorAll('*')) {
        expect(['DIV', 'SPAN']).toContain(element.tagName);
        for (const { name } of element.attributes) expect(['class', 'data-number']).toContain(name);
      }
      cleanup();
    }),
    { numRuns: 60 },
  );
});

it('numbers lines and keeps them copyable', () => {
  const container = draw(new TextEncoder().encode('one\n\u001b[31mtwo\u001b[0m\n'));
  const lines = [...container.querySelectorAll('.log-line')];
  expect(lines.map((line) => line.getAttribute('data-number'))).toEqual(['1', '2']);
  expect(container.textContent).toBe('one\ntwo\n');
});
