/**
 * H.264 as decoders of raw streams take it (Annex B: start codes, parameter sets before key frames), from how MP4 and
 * Matroska store it (ISO/IEC 14496-15: lengths, parameter sets in a record of the header).
 */
import { AppError } from '../../../../shared/errors';

const START = Uint8Array.of(0, 0, 0, 1);
/** Type of a unit that holds a slice of an IDR picture, from which decoding can begin. */
const IDR_SLICE = 5;
const PROFILES_WITH_DEPTH = new Set([100, 110, 122, 144, 244]);

export interface AvcRecord {
  /** Bytes of the length before each unit. */
  readonly lengthBytes: number;
  /** With start codes. */
  readonly parameterSets: Uint8Array;
  /** Undefined where the record does not say: 8. */
  readonly bitDepth?: number;
}

/** @param record AVCDecoderConfigurationRecord @throws AppError `format-corrupt` */
export function readAvcRecord(record: Uint8Array, path: string): AvcRecord {
  const parts: Uint8Array[] = [];
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  let at = 5;
  const takeSets = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const length = at + 2 <= record.length ? view.getUint16(at) : Infinity;
      if (at + 2 + length > record.length) throw new AppError('format-corrupt', path, `${path}: cut parameter sets`);
      parts.push(START, record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  };
  if (record.length < 7) throw new AppError('format-corrupt', path, `${path}: a cut header of H.264`);
  const lengthBytes = (view.getUint8(4) & 3) + 1;
  takeSets(view.getUint8(at++) & 31);
  if (at < record.length) takeSets(view.getUint8(at++));
  const hasDepth = PROFILES_WITH_DEPTH.has(view.getUint8(1)) && at + 2 < record.length;
  return { lengthBytes, parameterSets: joined(parts), ...(hasDepth && { bitDepth: 8 + (view.getUint8(at + 1) & 7) }) };
}

/** @param packet units with their lengths @throws AppError `format-corrupt` for a length beyond the packet */
export function toAnnexB(packet: Uint8Array, { lengthBytes, parameterSets }: AvcRecord, path: string) {
  const parts: Uint8Array[] = [];
  let isKey = false;
  for (let at = 0; at + lengthBytes <= packet.length;) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (packet[at++] as number);
    if (at + length > packet.length) throw new AppError('format-corrupt', path, `${path}: a cut unit of H.264`);
    if (length === 0) continue;
    isKey ||= ((packet[at] as number) & 31) === IDR_SLICE;
    parts.push(START, packet.subarray(at, at + length));
    at += length;
  }
  return { data: joined(isKey ? [parameterSets, ...parts] : parts), isKey };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
