/** AVI loops: frames as OpenCV and Pillow show them, in any order; no index is needed; other codecs are refused by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { openImage, readImage } from '../../../../main/study';
import { aviFile } from '../../../support/avi-file';
import { describeWithPython, runPython } from '../../../support/python-venv';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-avi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

const SIZE = { widthPx: 24, heightPx: 16 };
const greys = (t: number) => Uint8Array.from({ length: 24 * 16 }, (_, i) => (i * 3 + t * 40) % 256);
const jpegs = Promise.all(
  [0, 1, 2].map((t) => {
    const raw = { width: 24, height: 16, channels: 1 } as const;
    return sharp(greys(t), { raw }).jpeg({ quality: 95, optimiseCoding: false }).toBuffer();
  }),
);

const WRITE = `
import sys, json, base64, io, re, cv2, numpy as np
from PIL import Image
folder = json.load(sys.stdin)
h, w = 48, 62
yy, xx = np.mgrid[:h, :w]
pictures = [np.stack([(xx * 3 + 7 * t) % 256, (yy * 4 + 9 * t) % 256, (xx + yy + 5 * t) % 256], -1).astype('u1') for t in range(6)]
out = {}
def save(name, api, codec):
  video = cv2.VideoWriter(f'{folder}/{name}', api, cv2.VideoWriter_fourcc(*codec), 25, (w, h))
  for picture in pictures: video.write(picture)
  video.release()
def pillow(name):
  data = open(f'{folder}/{name}', 'rb').read()
  return [np.asarray(Image.open(io.BytesIO(data[m.end() + 4:])).convert('RGB')) for m in re.finditer(rb'00dc(?=....\\xff\\xd8)', data, re.S)]
save('opencv.avi', cv2.CAP_OPENCV_MJPEG, 'MJPG')
save('ffmpeg.avi', cv2.CAP_FFMPEG, 'MJPG')
save('xvid.avi', cv2.CAP_FFMPEG, 'XVID')
video = cv2.VideoCapture(f'{folder}/opencv.avi', cv2.CAP_OPENCV_MJPEG)
expected = {'opencv.avi': [video.read()[1][..., ::-1] for _ in pictures], 'ffmpeg.avi': pillow('ffmpeg.avi')}
assert len(expected['ffmpeg.avi']) == 6 and all(np.array_equal(a, b) for a, b in zip(expected['opencv.avi'], pillow('opencv.avi')))
print(json.dumps({name: [base64.b64encode(np.ascontiguousarray(f).tobytes()).decode() for f in frames] for name, frames in expected.items()}))
`;

/** The pictures of BITMAPINFOHEADER: OpenCV dies of reading them. */
const READ = `
import sys, json, base64, re, numpy as np
out = {}
for path in json.load(sys.stdin):
  data, depth = open(path, 'rb').read(), 1 if '-8' in path else 3
  stride = (66 * depth + 3) // 4 * 4
  chunks = [data[m.end():m.end() + 8 * stride] for m in re.finditer(rb'00db....', data, re.S)]
  rows = [np.frombuffer(c, 'u1').reshape(8, stride)[::-1, :66 * depth].reshape(8, 66, depth) for c in chunks]
  out[path] = [base64.b64encode(np.repeat(r, 4 - depth, 2)[..., :3][..., ::-1].tobytes()).decode() for r in rows]
print(json.dumps(out))
`;

async function colours(path: string, index: number): Promise<string> {
  const { frame } = await readImage(path, index);
  const rgb =
    frame.rgb ?? frame.data.reduce((all, v, i) => all.fill(v, 3 * i, 3 * i + 3), Buffer.alloc(3 * frame.data.length));
  return Buffer.from(rgb).toString('base64');
}

describeWithPython('AVI that other programs write', () => {
  test('has the pictures that OpenCV and Pillow show, and its time from frame to frame', async () => {
    const expected = runPython(WRITE, folder) as Record<string, string[]>;
    for (const [name, frames] of Object.entries(expected)) {
      const path = join(folder, name);
      const { metadata, frameTimeMs, widthPx, heightPx } = await openImage(path);
      expect({ ...metadata, frameTimeMs, widthPx, heightPx }).toMatchObject({
        ...{ format: 'avi', frameCount: 6, frameTimeMs: 40, widthPx: 62, heightPx: 48 },
      });
      for (const index of [5, 0, 3, 1, 4, 2]) {
        expect((await colours(path, index)) === frames[index], `${name}, frame ${index}`).toBe(true);
      }
    }
    await expect(openImage(join(folder, 'xvid.avi'))).rejects.toMatchObject({
      code: 'format-unknown',
      message: expect.stringMatching(/"XVID".*ffmpeg -i VIDEO/) as string,
    });
  });

  test('is shown where it is not compressed: rows from below, blue first, filled up to four bytes', async () => {
    const rows = (bits: 8 | 24) => (t: number) => {
      const stride = Math.ceil((66 * bits) / 32) * 4;
      return Uint8Array.from({ length: stride * 8 }, (_, i) => (i * 29 + t * 50) % 256);
    };
    const size = { widthPx: 66, heightPx: 8, compression: '\0\0\0\0' };
    const paths = ([8, 24] as const).map((bits) =>
      write(`raw-${bits}.avi`, aviFile({ ...size, bits, frames: [0, 1].map(rows(bits)) })),
    );
    const expected = runPython(READ, paths) as Record<string, string[]>;
    for (const path of paths) {
      expect(expected[path]).toHaveLength(2);
      for (const index of [1, 0]) expect(await colours(path, index)).toBe(expected[path]![index]);
    }
  });
});

describe('AVI that is not as it should be', () => {
  test('is read without an index, unfinished, with sound between, and up to the last whole frame', async () => {
    const frames = await jpegs;
    const parts = { ...SIZE, compression: 'MJPG', frames };
    const sound = [
      ['01wb', Buffer.alloc(33, 7)],
      ['ix00', Buffer.alloc(24)],
    ] as const;
    const plain = write('plain.avi', aviFile(parts));
    const mixed = write('mixed.avi', aviFile({ ...parts, between: sound, unfinished: true }));
    const cut = write('cut.avi', aviFile(parts).subarray(0, -5));
    for (const [path, count] of [
      [plain, 3],
      [mixed, 3],
      [cut, 2],
    ] as const) {
      expect((await openImage(path)).metadata.frameCount).toBe(count);
      for (let i = 0; i < count; i++)
        expect((await readImage(path, i)).frame.data).toEqual((await readImage(plain, i)).frame.data);
    }
  });

  test('repeats a frame that was dropped, and knows the tables of Huffman that Motion JPEG leaves out', async () => {
    const [first, second] = await jpegs;
    const dropped = write(
      'dropped.avi',
      aviFile({ ...SIZE, compression: 'MJPG', frames: [first!, Buffer.alloc(0), second!] }),
    );
    expect((await readImage(dropped, 1)).frame.data).toEqual((await readImage(dropped, 0)).frame.data);
    const bare = write('bare.avi', aviFile({ ...SIZE, compression: 'mjpg', frames: [withoutTables(first!)] }));
    expect((await readImage(bare)).frame.data).toEqual((await readImage(dropped, 0)).frame.data);
  });

  test('is refused where it holds no frame, other pictures than it says, or a damaged one, which costs that frame', async () => {
    const [first, second] = await jpegs;
    const parts = { ...SIZE, compression: 'MJPG' };
    const none = write('none.avi', aviFile({ ...parts, frames: [] }));
    await expect(openImage(none)).rejects.toMatchObject({ code: 'format-corrupt', subject: none });
    const half = write('half.avi', aviFile({ ...parts, heightPx: 32, frames: [first!] }));
    await expect(readImage(half)).rejects.toMatchObject({
      message: expect.stringContaining('24x16 px, the video 24x32') as string,
    });
    const broken = write('broken.avi', aviFile({ ...parts, frames: [first!, second!.subarray(0, 80), first!] }));
    await expect(readImage(broken, 1)).rejects.toMatchObject({ code: 'format-corrupt', subject: broken });
    expect((await readImage(broken, 2)).frame).toMatchObject(SIZE);
    const giant = write('giant.avi', aviFile({ ...parts, widthPx: 65_535, heightPx: 65_535, frames: [first!] }));
    await expect(openImage(giant)).rejects.toMatchObject({ code: 'too-large' });
  });
});

/** The JPEG without its DHT segments; sharp writes the standard's own tables. */
function withoutTables(jpeg: Buffer): Buffer {
  const kept = [jpeg.subarray(0, 2)];
  for (let at = 2; ;) {
    const marker = jpeg.readUInt16BE(at);
    if (marker === 0xffda) return Buffer.concat([...kept, jpeg.subarray(at)]);
    const next = at + 2 + jpeg.readUInt16BE(at + 2);
    if (marker !== 0xffc4) kept.push(jpeg.subarray(at, next));
    at = next;
  }
}
