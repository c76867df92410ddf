import { expect, it } from 'vitest';
import { rootIndexText } from './root-index.js';

it('is what a JSON writer with two spaces makes, in the given order', () => {
  const text = rootIndexText({
    streams: [{ name: 'volatile', history: '1750000001' }],
    tags: [{ name: 'first', history: '1750000000' }],
    histories: ['1750000001', '1750000000'],
  });
  expect(text).toBe(`{
  "formats": {
    "v0": {}
  },
  "streams": {
    "volatile": {
      "format": "v0",
      "history": "1750000001"
    }
  },
  "tags": {
    "first": {
      "format": "v0",
      "history": "1750000000"
    }
  },
  "history": {
    "1750000001": {
      "format": "v0"
    },
    "1750000000": {
      "format": "v0"
    }
  }
}`);
});

it('has every key when there is nothing to list', () => {
  const text = rootIndexText({ streams: [], tags: [], histories: [] });
  expect(text).toBe(
    JSON.stringify({ formats: { v0: {} }, streams: {}, tags: {}, history: {} }, null, 2),
  );
});
