/**
 * A canvas for tests without a browser: whole pixels of one number each, nothing blended, nothing smoothed. It knows what
 * drawing masks needs: rectangles as clips, pictures drawn at whole pixels or stretched, outlines as frames around boxes.
 */
import type { BoundingBox } from '../../../../shared/mask';

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface State {
  at: readonly [scale: number, dx: number, dy: number];
  clips: readonly (readonly Rect[])[];
}

/** Stands for the outline of a box. */
export class BoxPath {
  constructor(readonly box: BoundingBox) {}
}

const OUTLINE = 2;

export class PlainContext {
  globalAlpha = 1;
  globalCompositeOperation = 'source-over';
  imageSmoothingEnabled = true;
  strokeStyle = '#000000';
  lineWidth = 1;
  #state: State = { at: [1, 0, 0], clips: [] };
  readonly #saved: State[] = [];
  #path: Rect[] = [];

  constructor(readonly canvas: PlainCanvas) {}

  save(): void {
    this.#saved.push(this.#state);
  }

  restore(): void {
    this.#state = this.#saved.pop() ?? this.#state;
  }

  setTransform(a: number, _b: number, _c: number, _d: number, e: number, f: number): void {
    this.#state = { ...this.#state, at: [a, e, f] };
  }

  beginPath(): void {
    this.#path = [];
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path.push(this.#placed(x, y, width, height));
  }

  /** By even and odd, which for one rectangle is the same as otherwise. */
  clip(): void {
    this.#state = { ...this.#state, clips: [...this.#state.clips, this.#path] };
  }

  clearRect(x: number, y: number, width: number, height: number): void {
    this.#each(this.#placed(x, y, width, height), () => 0);
  }

  putImageData({ pixels, width }: PlainImageData, x: number, y: number): void {
    pixels.forEach((pixel, i) => this.canvas.set(x + (i % width), y + Math.floor(i / width), pixel));
  }

  drawImage(source: PlainCanvas, x: number, y: number, width = source.width, height = source.height): void {
    const to = this.#placed(x, y, width, height);
    const from = source.copy();
    const copies = this.globalCompositeOperation === 'copy';
    if (copies) this.canvas.pixels.fill(0);
    this.#each(to, (column, row, before) => {
      const [u, v] = [(column + 0.5 - to.left) / (to.right - to.left), (row + 0.5 - to.top) / (to.bottom - to.top)];
      const pixel = from.get(Math.floor(u * source.width), Math.floor(v * source.height));
      return pixel === 0 ? before : pixel;
    });
  }

  stroke({ box }: BoxPath): void {
    const inner = this.#placed(...box);
    const colour = Number.parseInt(this.strokeStyle.slice(1), 16);
    const outer = {
      left: inner.left - OUTLINE,
      top: inner.top - OUTLINE,
      right: inner.right + OUTLINE,
      bottom: inner.bottom + OUTLINE,
    };
    this.#each(outer, (column, row, before) => (isIn(inner, column, row) ? before : colour));
  }

  #placed(x: number, y: number, width: number, height: number): Rect {
    const [scale, dx, dy] = this.#state.at;
    return {
      left: x * scale + dx,
      top: y * scale + dy,
      right: (x + width) * scale + dx,
      bottom: (y + height) * scale + dy,
    };
  }

  /** Every pixel whose centre is in the rectangle and in all clips. */
  #each(rect: Rect, paint: (column: number, row: number, before: number) => number): void {
    const { canvas } = this;
    const clipped = (x: number, y: number): boolean =>
      this.#state.clips.some((rects) => rects.filter((each) => isIn(each, x, y)).length % 2 === 0);
    for (let y = Math.max(Math.ceil(rect.top - 0.5), 0); y + 0.5 < Math.min(rect.bottom, canvas.height); y++) {
      for (let x = Math.max(Math.ceil(rect.left - 0.5), 0); x + 0.5 < Math.min(rect.right, canvas.width); x++) {
        if (!clipped(x, y)) canvas.set(x, y, paint(x, y, canvas.get(x, y)));
      }
    }
  }
}

function isIn({ left, top, right, bottom }: Rect, column: number, row: number): boolean {
  const [x, y] = [column + 0.5, row + 0.5];
  return x > left && x < right && y > top && y < bottom;
}

export class PlainCanvas {
  readonly pixels: Uint32Array;
  readonly #context = new PlainContext(this);

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint32Array(width * height);
  }

  getContext(): PlainContext {
    return this.#context;
  }

  get(x: number, y: number): number {
    return this.pixels[y * this.width + x] ?? 0;
  }

  set(x: number, y: number, pixel: number): void {
    if (x >= 0 && y >= 0 && x < this.width && y < this.height) this.pixels[y * this.width + x] = pixel;
  }

  copy(): PlainCanvas {
    const same = new PlainCanvas(this.width, this.height);
    same.pixels.set(this.pixels);
    return same;
  }
}

export class PlainImageData {
  readonly data: Uint8ClampedArray;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }

  get pixels(): Uint32Array {
    return new Uint32Array(this.data.buffer);
  }
}
