/** Small AVI files for tests, of the chunks that are wanted. */

interface AviParts {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Of BITMAPINFOHEADER; four letters, or four zeros for none. */
  readonly compression: string;
  readonly frames: readonly Uint8Array[];
  readonly bits?: 8 | 24;
  readonly frameTimeUs?: number;
  /** Between the frames: sound, an index. */
  readonly between?: readonly (readonly [id: string, content: Uint8Array])[];
  /** As programs leave it that could not finish. */
  readonly unfinished?: boolean;
}

export function aviFile(parts: AviParts): Buffer {
  const { widthPx, heightPx, compression, frames, bits = 24, frameTimeUs = 40_000, between = [], unfinished } = parts;
  const numbers = (values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const format = numbers([40, widthPx, heightPx, 1 | (bits << 16), 0, 0, 0, 0, bits === 8 ? 256 : 0, 0]);
  format.write(compression, 16, 'latin1');
  const greys = bits === 8 ? numbers(Array.from({ length: 256 }, (_, i) => i * 0x010101)) : Buffer.alloc(0);
  const stream = Buffer.alloc(56);
  stream.write(`vids${compression}`, 'latin1');
  numbers([frameTimeUs, 1_000_000, 0, frames.length]).copy(stream, 20);
  const header = list('hdrl', [
    chunk('avih', numbers([frameTimeUs, 0, 0, 0, frames.length, 0, 1, 0, widthPx, heightPx, 0, 0, 0, 0])),
    list('strl', [chunk('strh', stream), chunk('strf', Buffer.concat([format, greys]))]),
  ]);
  const others = between.map(([id, content]) => chunk(id, content));
  const movie = list(
    'movi',
    frames.flatMap((frame) => [...others, chunk(compression[0] === '\0' ? '00db' : '00dc', frame)]),
  );
  const body = Buffer.concat([Buffer.from('AVI '), header, movie]);
  const file = chunk('RIFF', body);
  if (!unfinished) return file;
  file.writeUInt32LE(0, 4);
  file.writeUInt32LE(0, 12 + header.length + 4);
  return file;
}

function list(type: string, chunks: readonly Buffer[]): Buffer {
  return chunk('LIST', Buffer.concat([Buffer.from(type), ...chunks]));
}

function chunk(id: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(8 + content.length + (content.length % 2));
  bytes.write(id, 'latin1');
  bytes.writeUInt32LE(content.length, 4);
  bytes.set(content, 8);
  return bytes;
}
