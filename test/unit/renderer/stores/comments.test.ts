// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { useComments } from '../../../../renderer/stores/comments';
import { useEditor } from '../../../../renderer/stores/editor';
import { useToasts } from '../../../../renderer/stores/toasts';
import type { Comment, FrameDetail } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import { SHA_A, settle } from '../support';
import { fakeMain } from './fake-main';

vi.mock('../../../../renderer/canvas/frame-image', () => ({
  loadFrameImage: () => Promise.resolve({ widthPx: 6, heightPx: 4, data: new Uint8ClampedArray(4 * 6 * 4) }),
}));

it('a comment whose change could not be saved says so, so that what was written is kept', async () => {
  setActivePinia(createPinia());
  const main = fakeMain({
    'comments.change': () => {
      throw new AppError('server-unreachable', 'db.example.org', 'no answer in time');
    },
  });
  const comment = { id: 1, text: 'before', state: 'open' } as Comment;
  expect(await useComments().change(comment, 'after', 'open')).toBe(false);
  expect(useToasts().shown).toMatchObject([{ kind: 'error' }]);
  main.answers['comments.change'] = () => null;
  expect(await useComments().change(comment, 'after', 'open')).toBe(true);
});

it('a comment is saved once, however often Enter comes before the answer', async () => {
  setActivePinia(createPinia());
  const frame: FrameDetail = {
    ...{ id: 1, imageId: 1, seriesId: 1, studyId: 1, patient: 'p', studyName: 's', seriesName: 't', sha256: SHA_A },
    ...{ relativePath: '1.png', frameIndex: 0, frameCount: 1, widthPx: 6, heightPx: 4, problem: null, maskCount: 0 },
    ...{ absolutePath: '/data/1.png', sizeBytes: 1, mtimeMs: 1, problemDetail: null, frameTimeMs: null },
    ...{ calibration: null, review: 'unopened' },
  };
  let answer: (made: Comment) => void = () => undefined;
  const main = fakeMain({
    'inference.focus': () => ({ state: 'failed' }),
    'frames.open': () => ({ frame, masks: [], measurements: [], problem: null }),
    'comments.ofFrame': () => [],
    'comments.add': () => new Promise((resolve) => (answer = resolve)),
  });
  await useEditor().open(1);
  const comments = useComments();
  comments.begin();
  const saved = [comments.add('a margin?'), comments.add('a margin?')];
  await settle();
  expect(main.asked.filter(({ channel }) => channel === 'comments.add')).toHaveLength(1);
  answer({ id: 5 } as Comment);
  expect(await Promise.all(saved)).toEqual([true, false]);
  expect(comments.draft).toBeNull();
});
