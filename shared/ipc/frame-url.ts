/**
 * Where the page loads pixels from: addresses below its own origin, so that a canvas may read them. Without the schemas,
 * which the page does not carry; main checks what arrives (main/electron/frame-protocol.ts).
 */

/**
 * A frame's pixels: an 8-bit grey PNG exactly as main decodes it. The hash is part of the address: a frame that has
 * other pixels now answers 409 instead of them, one that cannot be read 404.
 */
export function frameUrl(frameId: number, frameSha256: string): string {
  return `/frame/${frameId}?sha256=${frameSha256}`;
}

/**
 * A frame's pixels as its file has them now, for showing in passing: playing a loop asks for no hashes first. Which they
 * are is told with them (`FRAME_HASH_HEADER`). 404 where the frame cannot be read.
 */
export function cineUrl(frameId: number): string {
  return `/cine/${frameId}`;
}

/** Header of an answer of `cineUrl`: the hash of the pixels in it. */
export const FRAME_HASH_HEADER = 'x-frame-sha256';

/** A small picture of a frame: PNG, the longer side at most 160 px; 404 where it cannot be read. */
export function thumbnailUrl(frameId: number): string {
  return `/thumb/${frameId}`;
}
