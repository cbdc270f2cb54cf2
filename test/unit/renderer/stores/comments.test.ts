// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { useComments } from '../../../../renderer/stores/comments';
import { useEditor } from '../../../../renderer/stores/editor';
import { useToasts } from '../../../../renderer/stores/toasts';
import type { Comment, FrameDetail } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import { settle } from '../support';
import { fakeMain } from './fake-main';

vi.mock('../../../../renderer/canvas/frame-image', () => ({
  loadFrameImage: () => Promise.resolve({ widthPx: 6, heightPx: 4, data: new Uint8ClampedArray(4 * 6 * 4) }),
}));

const frameOf = (id: number): FrameDetail => ({
  ...{ id, imageId: id, seriesId: 1, studyId: 1, patient: 'p', studyName: 's', seriesName: 't' },
  ...{ relativePath: `${id}.png`, frameIndex: 0, frameCount: 1, widthPx: 6, heightPx: 4, problem: null, maskCount: 0 },
  ...{ absolutePath: `/data/${id}.png`, sizeBytes: 1, mtimeMs: 1, problemDetail: null, frameTimeMs: null },
  ...{ calibration: null, review: 'unopened', sha256: String(id).repeat(64) },
});

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
  let answer: (made: Comment) => void = () => undefined;
  const main = fakeMain({
    'inference.focus': () => ({ state: 'failed' }),
    'frames.open': () => ({ frame: frameOf(1), masks: [], measurements: [], problem: null }),
    'comments.ofFrame': () => [],
    'comments.add': () => new Promise((resolve) => (answer = resolve)),
  });
  await useEditor().open(1);
  const comments = useComments();
  comments.begin();
  comments.text = 'a margin?';
  const saved = [comments.add(), comments.add()];
  await settle();
  expect(main.asked.filter(({ channel }) => channel === 'comments.add')).toHaveLength(1);
  answer({ id: 5 } as Comment);
  expect(await Promise.all(saved)).toEqual([true, false]);
  expect(comments.draft).toBeNull();
});

it('what was being written is there again after another frame was looked at, and is not on that one', async () => {
  setActivePinia(createPinia());
  const main = fakeMain({
    'inference.blur': () => undefined,
    'inference.focus': () => ({ state: 'failed' }),
    'frames.open': ({ frameId }) => ({ frame: frameOf(frameId), masks: [], measurements: [], problem: null }),
    'comments.ofFrame': () => [],
  });
  const [comments, editor] = [useComments(), useEditor()];
  const show = async (id: number): Promise<void> => {
    await editor.open(id);
    await settle();
    comments.begin();
  };
  await show(1);
  comments.text = 'a margin?';
  await show(2);
  expect(comments.text).toBe('');
  await show(1);
  expect(comments.text).toBe('a margin?');
  comments.cancel();
  comments.begin();
  expect(comments.text).toBe('');
  comments.text = 'of this project';
  main.tell('project.changed', null);
  await settle();
  await show(1);
  expect(comments.text).toBe('');
});
