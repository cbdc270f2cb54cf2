// @vitest-environment happy-dom
/** When carrying a correction on is offered: not for what was only accepted, and not for what follows it already. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { useLabelLoop } from '../../../../renderer/stores/label-loop';
import { useLabels } from '../../../../renderer/stores/labels';
import { useStudyList } from '../../../../renderer/stores/study-list';
import type { FrameSummary, LabelOnFrame } from '../../../../shared/domain';
import { settle } from '../support';
import { fakeMain, type FakeMain } from './fake-main';

const frame = (id: number): FrameSummary => ({
  ...{ id, imageId: 5, seriesId: 1, studyId: 1, patient: 'p', studyName: 's', seriesName: 't', relativePath: 'a.dcm' },
  ...{ frameIndex: id - 1, frameCount: 3, widthPx: 6, heightPx: 4, sha256: null, review: 'unopened' },
  ...{ problem: null, maskCount: 0 },
});
const human = (frameId: number, revisionId: number | null): LabelOnFrame => ({
  ...{ frameId, by: 'human', masks: 1, confidence: null, fromFrameId: null, revisionId },
});
const carried = (frameId: number, fromFrameId: number, revisionId: number): LabelOnFrame => ({
  ...{ frameId, by: 'propagation', masks: 1, confidence: 0.7, fromFrameId, revisionId },
});

let main: FakeMain;
let loop: LabelOnFrame[];

beforeEach(async () => {
  setActivePinia(createPinia());
  main = fakeMain({
    'inference.blur': () => undefined,
    'labels.list': () => [{ id: 1, name: 'cavity', colour: '#ff0000', shortcut: '1', instances: 'single', head: null }],
    'images.loop': () => ({
      frameTimeMs: 40,
      calibration: null,
      frames: [1, 2, 3].map((id) => ({ id, state: 'unopened', sha256: null, maskCount: 0 })),
    }),
    'propagation.loop': () => loop,
    'frames.list': () => ({ frames: [], total: 3, counts: counts() }),
    'frames.offsetOf': () => 1,
  });
  await useLabels().load();
});
const counts = () => ({ unopened: 3, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 });

/** On the second of three frames. */
async function offered(frames: LabelOnFrame[]): Promise<boolean> {
  loop = frames;
  const store = useLabelLoop();
  useStudyList().select(frame(2), 1);
  await vi.waitFor(() => expect(store.frames).toHaveLength(3));
  await settle();
  return store.besideCarried;
}

it('is offered where frames beside a correction follow an older mask', async () => {
  expect(await offered([human(1, 10), human(2, 30), carried(3, 1, 20)])).toBe(true);
  expect(main.asked.find(({ channel }) => channel === 'propagation.loop')!.payload).toEqual({ imageId: 5, labelId: 1 });
});

it('is offered again where what was carried from here is older than what is here', async () => {
  expect(await offered([human(1, 10), human(2, 40), carried(3, 2, 30)])).toBe(true);
});

it('is not offered where they follow it already', async () => {
  expect(await offered([human(1, 10), human(2, 30), carried(3, 2, 31)])).toBe(false);
});

it('is not offered where a mask was only accepted', async () => {
  expect(await offered([human(1, 10), human(2, null), carried(3, 1, 20)])).toBe(false);
});
