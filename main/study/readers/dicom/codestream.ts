/**
 * What a compressed frame's own header says: size, components, depth, colour. It is compared with the DICOM header before
 * a decoder takes memory for it. Not the decoding.
 */

export interface Codestream {
  readonly kind: 'jpeg' | 'jpeg-ls' | 'jpeg2000';
  readonly widthPx: number;
  readonly heightPx: number;
  readonly components: number;
  readonly bits: number;
  /** Only JPEG 2000 tells. */
  readonly signed?: boolean;
  /** JPEG: what its markers say of the colour of three components; undefined where they say nothing. */
  readonly colour?: 'rgb' | 'ybr';
}

/** Undefined for bytes that begin as none of these. Never reads beyond them. */
export function readCodestream(bytes: Uint8Array): Codestream | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    if (view.getUint16(0) === 0xffd8) return jpeg(view);
    const start = view.getUint32(0) === 0xff4fff51 ? 0 : boxedStart(view);
    return start === undefined ? undefined : jpeg2000(view, start);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** JPEG and JPEG-LS: ITU-T T.81 B.2.2, T.87 C.2.2; APP14 "Adobe" as libjpeg reads it. */
function jpeg(view: DataView): Codestream | undefined {
  let colour: 'rgb' | 'ybr' | undefined;
  for (let at = 2; ;) {
    const marker = view.getUint16(at);
    // Fill bytes before a marker.
    if (marker === 0xffff) {
      at++;
      continue;
    }
    if (marker < 0xffc0 || marker === 0xffda) return undefined;
    const length = view.getUint16(at + 2);
    const isFrame =
      (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) || marker === 0xfff7;
    if (isFrame) {
      const components = view.getUint8(at + 9);
      const ids = Array.from({ length: components }, (_, i) => view.getUint8(at + 10 + 3 * i));
      if (!colour && ids.join() === '82,71,66') colour = 'rgb';
      return {
        kind: marker === 0xfff7 ? 'jpeg-ls' : 'jpeg',
        bits: view.getUint8(at + 4),
        heightPx: view.getUint16(at + 5),
        widthPx: view.getUint16(at + 7),
        components,
        ...(colour && { colour }),
      };
    }
    if (marker === 0xffe0 && length >= 7 && view.getUint32(at + 4) === 0x4a464946) colour ??= 'ybr';
    if (marker === 0xffee && length >= 14 && view.getUint32(at + 4) === 0x41646f62) {
      colour = view.getUint8(at + 15) === 0 ? 'rgb' : 'ybr';
    }
    at += 2 + length;
  }
}

/** A JP2 file around the code stream, which DICOM forbids and some write: the boxes before `jp2c`. */
function boxedStart(view: DataView): number | undefined {
  if (view.getUint32(4) !== 0x6a502020) return undefined;
  for (let at = 0; ;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x6a703263) return at + (length === 1 ? 16 : 8);
    if (length < 8) return undefined;
    at += length;
  }
}

/** SIZ marker segment: ITU-T T.800 A.5.1. */
function jpeg2000(view: DataView, start: number): Codestream | undefined {
  if (view.getUint16(start) !== 0xff4f || view.getUint16(start + 2) !== 0xff51) return undefined;
  const u32 = (at: number): number => view.getUint32(start + at);
  const depth = view.getUint8(start + 42);
  return {
    kind: 'jpeg2000',
    widthPx: u32(8) - u32(16),
    heightPx: u32(12) - u32(20),
    components: view.getUint16(start + 40),
    bits: (depth & 0x7f) + 1,
    signed: depth >= 0x80,
  };
}
