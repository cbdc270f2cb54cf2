// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { useEditor } from '../../../../renderer/stores/editor';
import { useToasts } from '../../../../renderer/stores/toasts';
import type { FrameDetail } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import { SHA_A, settle } from '../support';
import { fakeMain, type FakeMain } from './fake-main';

const frame: FrameDetail = {
  id: 1,
  imageId: 1,
  seriesId: 1,
  studyId: 1,
  patient: 'patient',
  studyName: 'study',
  seriesName: 'series',
  relativePath: 'a.png',
  frameIndex: 0,
  frameCount: 1,
  widthPx: 6,
  heightPx: 4,
  sha256: SHA_A,
  review: 'corrected',
  problem: 'changed',
  maskCount: 1,
  absolutePath: '/data/a.png',
  sizeBytes: 100,
  mtimeMs: 1,
  problemDetail: null,
  frameTimeMs: null,
  calibration: null,
};

let main: FakeMain;
const asked = (): string[] =>
  main.asked.map(({ channel }) => channel).filter((channel) => channel.startsWith('frames.'));

beforeEach(async () => {
  setActivePinia(createPinia());
  main = fakeMain({
    'inference.focus': () => ({ state: 'failed' }),
    'inference.blur': () => undefined,
    'frames.open': () => ({
      ...{ frame, masks: [], measurements: [] },
      problem: { path: '/data/a.png', code: 'frame-changed', message: 'x' },
    }),
    'frames.acceptPixels': () => undefined,
  });
  void useEditor().open(1);
  await settle();
});

describe('keeping the work on the image as it is now', () => {
  it('tells main, then shows the frame as it is then', async () => {
    await useEditor().acceptPixels();
    expect(asked()).toEqual(['frames.open', 'frames.acceptPixels', 'frames.open']);
  });

  it('that is refused says why, and leaves the frame as it is', async () => {
    main.answers['frames.acceptPixels'] = () => {
      throw new AppError('size-changed', '/data/a.png', 'turned');
    };
    await useEditor().acceptPixels();
    expect(asked()).toEqual(['frames.open', 'frames.acceptPixels']);
    expect(useToasts().shown[0]).toMatchObject({ kind: 'error', subject: '/data/a.png' });
    expect(useEditor().problem).toMatchObject({ code: 'frame-changed' });
  });
});
