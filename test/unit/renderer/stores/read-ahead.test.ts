// @vitest-environment happy-dom
/** Frames are read before they are wanted: what has become of them since is what counts. */
import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { useEditor } from '../../../../renderer/stores/editor';
import type { FrameDetail } from '../../../../shared/domain';
import { SHA_A, SHA_B, settle } from '../support';
import { fakeMain } from './fake-main';

vi.mock('../../../../renderer/canvas/frame-image', () => ({
  loadFrameImage: () => Promise.resolve({ widthPx: 6, heightPx: 4, data: new Uint8ClampedArray(4 * 6 * 4) }),
}));

const frame = (id: number, sha256: string, review: FrameDetail['review']): FrameDetail => ({
  ...{ id, imageId: id, seriesId: 1, studyId: 1, patient: 'p', studyName: 's', seriesName: 't', sha256, review },
  ...{ relativePath: `${id}.png`, frameIndex: 0, frameCount: 1, widthPx: 6, heightPx: 4, problem: null, maskCount: 0 },
  ...{ absolutePath: `/data/${id}.png`, sizeBytes: 1, mtimeMs: 1, problemDetail: null, frameTimeMs: null },
  calibration: null,
});

it('a frame that was read ahead and reviewed since has its new review', async () => {
  setActivePinia(createPinia());
  const frames = new Map([frame(1, SHA_A, 'accepted'), frame(2, SHA_B, 'unopened')].map((each) => [each.id, each]));
  fakeMain({
    'inference.focus': () => ({ state: 'failed' }),
    'frames.open': ({ frameId }) => ({
      ...{ frame: frames.get(frameId)!, masks: [], measurements: [], problem: null },
    }),
  });
  const editor = useEditor();
  await editor.open(1, [2]);
  await settle();
  frames.set(2, frame(2, SHA_B, 'proposed'));
  await editor.open(2);
  await settle();
  expect(editor.review).toBe('proposed');
});

it('a frame worked on before and reviewed elsewhere since has its new review', async () => {
  setActivePinia(createPinia());
  const ids = [1, 2, 3, 4, 5, 6];
  const frames = new Map(ids.map((id) => [id, frame(id, String(id).repeat(64), 'unopened')]));
  fakeMain({
    'inference.focus': () => ({ state: 'failed' }),
    'masks.save': () => ({ masks: [], review: 'accepted' }),
    'frames.open': ({ frameId }) => ({
      ...{ frame: frames.get(frameId)!, masks: [], measurements: [], problem: null },
    }),
  });
  const editor = useEditor();
  await editor.open(1);
  editor.editor.reviewing.accept();
  await settle();
  // So many that nothing of it is held any more.
  for (const id of ids.slice(1)) await editor.open(id);
  // Taken back by somebody who adjudicates.
  frames.set(1, frame(1, '1'.repeat(64), 'corrected'));
  await editor.open(1);
  expect(editor.review).toBe('corrected');
  expect(editor.editor.reviewing.accept()).toBe(true);
});
