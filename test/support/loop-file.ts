/** Long DICOM loops for tests and benches: speckle that drifts, so that every frame is another one. */
import sharp from 'sharp';
import { dicomFile, greyLoop } from './dicom-file';

const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

export interface LoopSpec {
  readonly frames: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameTimeMs?: number;
}

/** The samples of one frame: a sector of coarse noise under a depth gradient, moved by its number. */
export function driftingFrame({ widthPx, heightPx }: LoopSpec, frame: number): Uint8Array {
  const data = new Uint8Array(widthPx * heightPx);
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, at++) {
      const [u, v] = [(x + 2 * frame) >> 1, (y + frame) >> 1];
      const noise = (Math.imul(u, 374_761_393) + Math.imul(v, 668_265_263)) >>> 0;
      const speckle = (Math.imul(noise ^ (noise >>> 13), 1_274_126_177) >>> 24) / 255;
      const isInside = Math.abs(x - widthPx / 2) < y * 0.7 + 0.1 * widthPx;
      data[at] = isInside ? Math.round((60 + 160 * (1 - y / heightPx)) * speckle) : 0;
    }
  }
  return data;
}

/** An 8-bit grey loop, not compressed. */
export function plainLoop(spec: LoopSpec): Buffer {
  const { widthPx, heightPx, frames } = spec;
  const pixels = Buffer.concat(Array.from({ length: frames }, (_, frame) => driftingFrame(spec, frame)));
  return dicomFile(greyLoop({ rows: heightPx, columns: widthPx, frames, pixels, before: timeOf(spec) }));
}

/** The same as JPEG baseline, one fragment a frame. */
export async function jpegLoop(spec: LoopSpec): Promise<Buffer> {
  const { widthPx: width, heightPx: height, frames } = spec;
  const elements = greyLoop({ rows: height, columns: width, frames, pixels: new Uint8Array(), before: timeOf(spec) });
  const items: Buffer[] = [item(Buffer.alloc(0))];
  for (let frame = 0; frame < frames; frame++) {
    const raw = { width, height, channels: 1 } as const;
    items.push(
      item(await sharp(driftingFrame(spec, frame), { raw }).toColourspace('b-w').jpeg({ quality: 90 }).toBuffer()),
    );
  }
  const head = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]);
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  return Buffer.concat([dicomFile(elements.slice(0, -1), JPEG_BASELINE), head, ...items, end]);
}

function timeOf({ frameTimeMs }: LoopSpec): [number, string, string][] {
  return frameTimeMs === undefined ? [] : [[0x00181063, 'DS', String(frameTimeMs)]];
}

function item(content: Buffer): Buffer {
  const even = content.length % 2 === 0 ? content : Buffer.concat([content, Buffer.alloc(1)]);
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(even.length, 4);
  return Buffer.concat([head, even]);
}
