/**
 * MP4, MOV, WebM: frames as FFmpeg decodes them, in the order they are shown, in any order asked; what cannot be read is
 * refused by name. The files are made by ffmpeg of simulated ultrasound.
 */
import { mkdtempSync, rmSync, truncateSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameHash, openImage, readImage } from '../../../../main/study';
import { inspectImage } from '../../../../main/study/inspect-image';
import { withFile } from '../../../../main/study/readers/byte-source';
import { openVideo } from '../../../../main/study/readers/video';
import type { DecodeJob, VideoDecoder } from '../../../../main/study/readers/video/decoder-job';
import { toImage, type Colours, type Layout } from '../../../../main/study/readers/video/planes';
import { phantomLoop } from '../../../../shared/phantom';
import { describeWithFfmpeg, ffmpeg } from '../../../support/ffmpeg';
import { python, runPython } from '../../../support/python-venv';
import { TINY_VIDEOS } from '../../../support/video-files';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-video-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SIZE = { widthPx: 96, heightPx: 72 };
const FRAMES = 40;
const LIMITED: Colours = { fullRange: false, matrix: undefined };

/** A beating heart with a stripe of colour, as a Doppler loop has it. */
let loop: Buffer;
beforeAll(() => {
  const frames = phantomLoop({ label: 'lv-cavity', seed: 3, ...SIZE }, FRAMES);
  loop = Buffer.concat(
    frames.map(({ image }, t) => {
      const rgb = Buffer.alloc(3 * image.data.length);
      image.data.forEach((grey, i) => rgb.fill(grey, 3 * i, 3 * i + 3));
      for (let i = 0; i < 300; i++) rgb[3 * (20 * SIZE.widthPx + t + i) + (i % 2 === 0 ? 0 : 2)] = 200;
      return rgb;
    }),
  );
});

/** Encodes the loop. @param options for the output @param rate frames in a second */
function video(name: string, options: string, { rate = 25, size = SIZE }: { rate?: number; size?: typeof SIZE } = {}) {
  const path = join(folder, name);
  const raw = `-f rawvideo -pix_fmt rgb24 -s ${size.widthPx}x${size.heightPx} -r ${rate} -i pipe:0`;
  ffmpeg([...raw.split(' '), ...options.split(' '), path], loop);
  return path;
}

/** What FFmpeg itself decodes of a file: planes, one frame after the other. */
function planesOf(path: string, layout: Layout, { widthPx, heightPx } = SIZE, colours = LIMITED) {
  const samples = ffmpeg(['-i', path, '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1']);
  const [across, down] = { I420: [2, 2], I422: [2, 1], I444: [1, 1] }[layout] as [number, number];
  const bytes = widthPx * heightPx + 2 * Math.ceil(widthPx / across) * Math.ceil(heightPx / down);
  expect(samples.length % bytes).toBe(0);
  return Array.from({ length: samples.length / bytes }, (_, i) => {
    const data = new Uint8Array(samples.subarray(i * bytes, (i + 1) * bytes));
    return { data, image: toImage({ layout, widthPx, heightPx, data }, colours, 0) };
  });
}

const H264 = '-c:v libx264 -bf 3 -pix_fmt yuv420p';

describeWithFfmpeg('Video', () => {
  test.each([
    ['h264.mp4', H264, 'I420', {}],
    ['h264.mov', '-c:v libx264 -bf 3 -g 7 -pix_fmt yuv444p', 'I444', {}],
    ['h264.mkv', '-c:v libx264 -bf 2 -g 9 -pix_fmt yuv422p', 'I422', {}],
    ['fragments.mp4', `${H264} -g 5 -movflags frag_keyframe+empty_moov`, 'I420', {}],
    ['open-gop.mp4', `${H264} -x264-params open-gop=1:keyint=6:min-keyint=6:scenecut=0`, 'I420', {}],
    ['hd.mp4', `${H264} -colorspace bt709`, 'I420', { matrix: 'bt709' }],
    ['full.mp4', '-c:v libx264 -pix_fmt yuvj420p', 'I420', { fullRange: true }],
    ['vp8.webm', '-c:v libvpx -b:v 300k', 'I420', {}],
    ['vp9.webm', '-c:v libvpx-vp9 -pix_fmt yuv420p -lag-in-frames 12 -cpu-used 8', 'I420', {}],
    ['vp9.mp4', '-c:v libvpx-vp9 -pix_fmt yuv444p -cpu-used 8', 'I444', {}],
    ['av1.mp4', '-c:v libaom-av1 -pix_fmt yuv420p -cpu-used 8', 'I420', {}],
    ['av1.webm', '-c:v libaom-av1 -pix_fmt yuv420p -cpu-used 8 -g 8', 'I420', {}],
  ] as const)(
    '%s has the frames that FFmpeg decodes, whichever is asked for first',
    async (name, options, layout, colours) => {
      const path = video(name, options);
      const image = await openImage(path);
      const expected = planesOf(path, layout, SIZE, { ...LIMITED, ...colours });
      expect(expected).toHaveLength(FRAMES);
      expect(image).toMatchObject({ ...SIZE, metadata: { frameCount: FRAMES, channels: 3, bitsPerSample: 8 } });
      expect(image.frameTimeMs).toBeCloseTo(40, 6);
      expect(image.metadata.format).toBe(/mp4|mov/.test(name) ? 'mp4' : 'webm');
      for (const index of [FRAMES - 1, 0, 11, 3, 12, 4, 30, 6, 5, 7]) {
        const { frame } = await image.decode(index);
        expect(frameHash(frame), `frame ${index}`).toBe(frameHash(expected[index]!.image));
        expect(frame.rgb).toEqual(expected[index]!.image.rgb);
      }
    },
  );

  test.each(TINY_VIDEOS)(
    '$name, which is shipped with the tests, has the frames that were noted',
    async ({ name, bytes, hashes }) => {
      const path = join(folder, `tiny-${name}`);
      writeFileSync(path, bytes);
      const image = await openImage(path);
      const seen = await Promise.all(hashes.map(async (_, index) => frameHash((await image.decode(index)).frame)));
      expect(seen.map((hash) => hash.slice(0, 12))).toEqual(hashes);
    },
  );

  test('of grey levels alone and full range is the luma itself, to the bit', async () => {
    const path = video('grey.mp4', '-vf format=gray -c:v libx264 -bf 3 -pix_fmt gray');
    const expected = planesOf(path, 'I420');
    for (const index of [0, 9, 35]) {
      const { frame } = await readImage(path, index);
      expect(frame.rgb).toBeUndefined();
      expect(frame.data).toEqual(expected[index]!.data.subarray(0, SIZE.widthPx * SIZE.heightPx));
    }
  });

  test('is shown as OpenCV shows it, within rounding, upright, and in odd sizes', async () => {
    if (python() === undefined) return;
    const sideways = join(folder, 'sideways.mp4');
    ffmpeg(['-i', video('flat.mp4', H264), '-c', 'copy', '-metadata:s:v:0', 'rotate=90', sideways]);
    const odd = { widthPx: 95, heightPx: 71 };
    const paths = [
      ...[join(folder, 'flat.mp4'), sideways, video('opencv.webm', '-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv420p')],
      video(
        'odd.webm',
        `-vf format=gray,crop=${odd.widthPx}:${odd.heightPx}:1:0:exact=1 -c:v libvpx-vp9 -pix_fmt yuv420p -cpu-used 8`,
      ),
    ];
    const READ = `
import sys, json, base64, cv2
out = []
for path in json.load(sys.stdin):
  video, frames = cv2.VideoCapture(path), []
  while True:
    ok, frame = video.read()
    if not ok: break
    frames.append({'size': frame.shape[1::-1], 'rgb': base64.b64encode(frame[..., ::-1].tobytes()).decode()})
  out.append(frames)
print(json.dumps(out))`;
    const seen = runPython(READ, paths) as { size: [number, number]; rgb: string }[][];
    for (const [i, path] of paths.entries()) {
      const frames = seen[i]!;
      const image = await openImage(path);
      expect(image.metadata.frameCount).toBe(frames.length);
      for (const index of [0, 10, 39]) {
        const { frame } = await image.decode(index);
        const { size, rgb } = frames[index]!;
        expect([frame.widthPx, frame.heightPx]).toEqual(size);
        expect([image.widthPx, image.heightPx]).toEqual(size);
        const theirs = Buffer.from(rgb, 'base64');
        const ours = frame.rgb ?? Buffer.from([...frame.data].flatMap((grey) => [grey, grey, grey]));
        const apart = [...ours].map((v, at) => Math.abs(v - theirs[at]!));
        // OpenCV's converter works with fewer bits.
        expect(Math.max(...apart), path).toBeLessThanOrEqual(5);
        expect(apart.reduce((sum, d) => sum + d, 0) / apart.length, path).toBeLessThan(1.2);
      }
    }
    expect(await openImage(sideways)).toMatchObject({ widthPx: SIZE.heightPx, heightPx: SIZE.widthPx });
  });

  test('of uneven times has every frame once, in order, and the mean time from frame to frame', async () => {
    const even = video('even.mp4', H264);
    const uneven = video('uneven.mp4', `-vf setpts=N*N*40/TB/1000 -fps_mode passthrough -enc_time_base 1:1000 ${H264}`);
    const image = await openImage(uneven);
    expect(image.metadata.frameCount).toBe(FRAMES);
    // Frame n is shown at 40 n² ms: n intervals in 40 n² ms.
    expect(image.frameTimeMs).toBeCloseTo(40 * (FRAMES - 1), 0);
    const expected = planesOf(uneven, 'I420');
    for (const index of [39, 1]) {
      expect(frameHash((await image.decode(index)).frame)).toBe(frameHash(expected[index]!.image));
    }
    expect(expected[5]!.data).not.toEqual(planesOf(even, 'I420')[6]!.data);
  });

  test('of two passes of VP8 leaves out the pictures that are never shown', async () => {
    const log = join(folder, 'passes');
    const options = `-c:v libvpx -auto-alt-ref 1 -lag-in-frames 16 -b:v 60k -passlogfile ${log}`;
    video('first.webm', `${options} -pass 1`);
    const path = video('hidden.webm', `${options} -pass 2`);
    const expected = planesOf(path, 'I420');
    const image = await openImage(path);
    expect(image.metadata.frameCount).toBe(expected.length);
    for (const index of [36, 3, 39]) {
      expect(frameHash((await image.decode(index)).frame)).toBe(frameHash(expected[index]!.image));
    }
  });

  test('that was cut short or damaged keeps the frames that are whole, and shows none in the place of another', async () => {
    const whole = video('whole.mp4', `${H264} -g 6 -x264-params scenecut=0 -movflags +faststart`);
    const expected = planesOf(whole, 'I420').map(({ image }) => frameHash(image));
    const bytes = readFileSync(whole);
    const cut = join(folder, 'cut.mp4');
    writeFileSync(cut, bytes);
    truncateSync(cut, Math.round(bytes.length * 0.7));
    const hurt = join(folder, 'hurt.mp4');
    const middle = Math.round(bytes.indexOf('mdat') + (bytes.length - bytes.indexOf('mdat')) * 0.6);
    writeFileSync(
      hurt,
      Buffer.concat([bytes.subarray(0, middle), Buffer.alloc(40, 0xa5), bytes.subarray(middle + 40)]),
    );
    for (const path of [cut, hurt]) {
      const image = await openImage(path);
      expect(image.metadata.frameCount).toBe(FRAMES);
      const seen = await Promise.all(
        expected.map((_, index) =>
          image.decode(index).then(
            ({ frame }) => frameHash(frame),
            (error: unknown) => error,
          ),
        ),
      );
      const right = seen.filter((hash, index) => hash === expected[index]);
      const refused = seen.filter((hash) => typeof hash !== 'string');
      for (const error of refused) expect(error).toMatchObject({ code: 'format-corrupt', subject: path });
      expect(right.length).toBeGreaterThanOrEqual(12);
      expect(refused.length).toBeGreaterThan(0);
      // Damage that FFmpeg cannot see gives a damaged picture; never that of another frame.
      expect(seen.filter((hash) => typeof hash === 'string' && expected.includes(hash))).toHaveLength(right.length);
    }
    const headless = join(folder, 'headless.mp4');
    writeFileSync(headless, readFileSync(video('late.mp4', H264)).subarray(0, 3_000));
    await expect(openImage(headless)).rejects.toMatchObject({ code: 'format-corrupt', subject: headless });
  });

  test('as WebM is read as far as it is whole: written live, cut off, with rubbish after it', async () => {
    const whole = video('seekable.webm', '-c:v libvpx -b:v 300k');
    const live = join(folder, 'live.webm');
    ffmpeg(['-i', whole, '-c', 'copy', '-live', '1', live]);
    const [cut, rubbish] = [join(folder, 'cut.webm'), join(folder, 'rubbish.webm')];
    writeFileSync(cut, readFileSync(live).subarray(0, Math.round(readFileSync(live).length * 0.7)));
    const after = Buffer.concat([readFileSync(live), Buffer.alloc(3_000, 0x5a)]);
    writeFileSync(rubbish, after);
    const expected = planesOf(whole, 'I420');
    for (const [path, least] of [
      [live, FRAMES],
      [rubbish, FRAMES - 1],
      [cut, 12],
    ] as const) {
      const image = await openImage(path);
      const { frameCount } = image.metadata;
      expect(frameCount, path).toBeGreaterThanOrEqual(least);
      expect(frameCount).toBeLessThanOrEqual(path === cut ? FRAMES - 1 : FRAMES);
      for (const index of [0, frameCount - 2])
        expect(frameHash((await image.decode(index)).frame)).toBe(frameHash(expected[index]!.image));
    }
  });

  test('of other kinds is refused by name: ten bit, RGB, HEVC, and sound alone', async () => {
    const deep = video('deep.mp4', '-c:v libx264 -pix_fmt yuv420p10le');
    await expect(openImage(deep)).rejects.toMatchObject({
      code: 'format-unknown',
      message: expect.stringMatching(/10 bit.*ffmpeg -i VIDEO/) as string,
    });
    const deepVp9 = video('deep.webm', '-c:v libvpx-vp9 -pix_fmt yuv420p10le -cpu-used 8');
    await expect(openImage(deepVp9)).rejects.toMatchObject({ code: 'format-unknown' });
    const colours = video('rgb.mp4', '-c:v libx264rgb');
    await expect(openImage(colours)).rejects.toMatchObject({ code: 'format-unknown' });
    const hevc = video('hevc.mp4', '-c:v libx265 -x265-params log-level=none');
    await expect(openImage(hevc)).rejects.toMatchObject({
      code: 'format-unknown',
      message: expect.stringContaining('hevc') as string,
    });
    const sound = join(folder, 'sound.mp4');
    ffmpeg(['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac', sound]);
    await expect(openImage(sound)).rejects.toMatchObject({ code: 'format-corrupt', subject: sound });
  });

  test('whose tables claim billions of frames is refused before they are unrolled', async () => {
    const bytes = readFileSync(video('tables.mp4', H264));
    for (const table of ['stts', 'ctts']) {
      const lying = Buffer.from(bytes);
      lying.writeUInt32BE(0xfffffff0, lying.indexOf(table) + 12);
      const path = join(folder, `${table}.mp4`);
      writeFileSync(path, lying);
      await expect(openImage(path)).rejects.toMatchObject({ code: 'too-large', subject: path });
    }
  });

  test('of 500 frames opens by its header, with no frame decoded; each is decoded about once while it is played', async () => {
    const path = join(folder, 'long.mp4');
    ffmpeg([...`-f lavfi -i testsrc2=s=640x480:r=50:d=10 ${H264} -preset ultrafast -g 50`.split(' '), path]);
    const decoder = new CountingDecoder();
    const image = await withFile(path, (file) => openVideo(file, 'mp4', async () => decoder));
    expect(image).toMatchObject({ metadata: { frameCount: 500 }, frameTimeMs: expect.closeTo(20, 6) as number });
    expect(decoder.packets).toBe(0);
    for (let index = 0; index < 500; index++) await image.decode(index);
    expect(decoder.packets).toBeLessThan(1_100);
    expect(decoder.jobs).toBeLessThan(30);
  });

  test('without a decoder on this computer is refused, with what to do', async () => {
    const path = video('lonely.mp4', H264);
    const opened = withFile(path, (file) => openVideo(file, 'mp4', async () => undefined));
    await expect(opened).rejects.toMatchObject({
      ...{ code: 'format-unknown', subject: path },
      message: expect.stringMatching(/avc1\..*Install ffmpeg.*convert it: ffmpeg/) as string,
    });
    expect(await inspectImage(path)).toMatchObject({ frameCount: FRAMES, ...SIZE });
  });
});

/** Gives grey frames without decoding anything. */
class CountingDecoder implements VideoDecoder {
  jobs = 0;
  packets = 0;

  canDecode(): Promise<boolean> {
    return Promise.resolve(true);
  }

  decode({ packets, wanted, widthPx, heightPx, onFrame }: DecodeJob): Promise<void> {
    this.jobs++;
    this.packets += packets.length;
    const data = new Uint8Array((widthPx * heightPx * 3) / 2).fill(128);
    for (const { id } of packets) if (wanted.has(id)) onFrame(id, { layout: 'I420', widthPx, heightPx, data });
    return Promise.resolve();
  }
}

describe('Colours of a video', () => {
  const one = (data: number[], colours: Partial<Colours> = {}) => {
    const planes = { layout: 'I444', widthPx: 1, heightPx: 1, data: Uint8Array.from(data) } as const;
    const { rgb, data: grey } = toImage(planes, { ...LIMITED, ...colours }, 0);
    return [...(rgb ?? grey)];
  };

  test('are those of ITU-T H.273: black, white, grey, and the bars of 75 %', () => {
    expect(one([16, 128, 128])).toEqual([0]);
    expect(one([235, 128, 128])).toEqual([255]);
    expect(one([254, 128, 128])).toEqual([255]);
    expect(one([77, 128, 128], { fullRange: true })).toEqual([77]);
    // SMPTE EG 1 bars, 8 bit: yellow, blue; 191 is 75 % of white.
    expect(one([162, 44, 142])).toEqual([191, 191, 0].map((v) => expect.closeTo(v, -0.5) as number));
    expect(one([168, 44, 136], { matrix: 'bt709' })).toEqual(
      [191, 191, 0].map((v) => expect.closeTo(v, -0.5) as number),
    );
  });

  test('go with their pixels when the picture is turned', () => {
    const planes = {
      layout: 'I420',
      widthPx: 3,
      heightPx: 2,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, ...[128, 128, 128, 128]),
    } as const;
    const turned = (rotation: 0 | 90 | 180 | 270) => {
      const { widthPx, heightPx, data } = toImage(planes, { fullRange: true, matrix: undefined }, rotation);
      return [widthPx, heightPx, ...data];
    };
    expect(turned(0)).toEqual([3, 2, 1, 2, 3, 4, 5, 6]);
    expect(turned(90)).toEqual([2, 3, 4, 1, 5, 2, 6, 3]);
    expect(turned(180)).toEqual([3, 2, 6, 5, 4, 3, 2, 1]);
    expect(turned(270)).toEqual([2, 3, 3, 6, 2, 5, 1, 4]);
  });
});
