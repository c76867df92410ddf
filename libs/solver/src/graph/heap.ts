/** Hands out items smallest first; making one from `n` items takes time in proportion to `n`. */
export class Heap<Item> {
  readonly #compare: (left: Item, right: Item) => number;
  readonly #items: Item[];

  constructor(compare: (left: Item, right: Item) => number, items: Iterable<Item> = []) {
    this.#compare = compare;
    this.#items = [...items];
    for (let place = (this.#items.length >> 1) - 1; place >= 0; place -= 1) this.#sink(place);
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    let place = this.#items.length;
    this.#items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#items[parent];
      if (above === undefined || this.#compare(item, above) >= 0) break;
      this.#items[place] = above;
      place = parent;
    }
    this.#items[place] = item;
  }

  pop(): Item | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (this.#items.length > 0 && last !== undefined) {
      this.#items[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #sink(start: number): void {
    const item = this.#items[start];
    if (item === undefined) return;
    let place = start;
    for (;;) {
      const left = this.#items[2 * place + 1];
      if (left === undefined) break;
      const right = this.#items[2 * place + 2];
      const isRight = right !== undefined && this.#compare(right, left) < 0;
      const child = isRight ? right : left;
      if (this.#compare(child, item) >= 0) break;
      this.#items[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    this.#items[place] = item;
  }
}
