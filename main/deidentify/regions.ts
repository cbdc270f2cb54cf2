/** The Sequence of Ultrasound Regions (PS3.3 C.8.5.5) as rectangles: what a machine says is picture, not text around it. */
import type { Element, Part10 } from '../dicom';
import type { Rectangle } from './blank';
import { shortValue } from './pixel-layout';

const REGIONS = 0x00186011;
/** Left, top, right, bottom; the last two are the last pixel that belongs to it. */
const BOUNDS = [0x00186018, 0x0018601a, 0x0018601c, 0x0018601e];

/** Empty where the file names none, one of them without bounds, or one that goes beyond the picture: none is to be believed. */
export function ultrasoundRegions(source: Part10): Rectangle[] {
  const items = source.elements.find(({ tag }) => tag === REGIONS)?.items ?? [];
  const regions = items.map(({ elements }) => {
    const [x0, y0, right, bottom] = BOUNDS.map((bound) =>
      long(
        source,
        elements.find(({ tag }) => tag === bound),
      ),
    );
    if (x0 === undefined || y0 === undefined || right === undefined || bottom === undefined) return undefined;
    return right >= x0 && bottom >= y0 ? { x0, y0, x1: right + 1, y1: bottom + 1 } : undefined;
  });
  const known = regions.flatMap((region) => region ?? []);
  const [heightPx, widthPx] = [shortValue(source, 0x00280010) ?? 0, shortValue(source, 0x00280011) ?? 0];
  // Machines write the last pixel or the edge behind it.
  const fits = known.every(({ x1, y1 }) => x1 <= widthPx + 1 && y1 <= heightPx + 1);
  return fits && known.length === regions.length ? known : [];
}

function long({ bytes, encoding }: Part10, element: Element | undefined): number | undefined {
  if (!element || element.valueEnd - element.valueStart < 4) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset + element.valueStart, 4).getUint32(0, encoding.littleEndian);
}
