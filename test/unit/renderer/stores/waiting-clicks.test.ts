// @vitest-environment happy-dom
/** Clicks whose mask does not come: nothing that was done after them may be lost, and nobody waits for ever. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import { useCommands } from '../../../../renderer/stores/commands';
import { useEditor } from '../../../../renderer/stores/editor';
import { useStudyList } from '../../../../renderer/stores/study-list';
import type { FrameDetail } from '../../../../shared/domain';
import type { ProjectLabel } from '../../../../shared/ipc';
import { FakeProject, SHA_A, SHA_B, LESION, frameOf, settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

vi.mock('../../../../renderer/canvas/frame-image', () => ({
  loadFrameImage: () => Promise.resolve({ widthPx: 48, heightPx: 40, data: new Uint8ClampedArray(4 * 48 * 40) }),
}));

const LABEL: ProjectLabel = {
  ...{ id: LESION.id, name: 'lesion', colour: '#ff0000', shortcut: '1', instances: 'single', head: null },
};
const detail = (id: number, sha256: string): FrameDetail => ({
  ...{ id, imageId: id, seriesId: 7, studyId: 1, patient: 'p', studyName: 's', seriesName: 't' },
  ...{ relativePath: `${id}.png`, frameIndex: 0, frameCount: 1, widthPx: 48, heightPx: 40, sha256, review: 'unopened' },
  ...{ problem: null, maskCount: 0, absolutePath: `/data/${id}.png`, sizeBytes: 1, mtimeMs: 1, problemDetail: null },
  ...{ frameTimeMs: null, calibration: null },
});
const DETAILS = [detail(1, SHA_A), detail(2, SHA_B)] as const;

let main: FakeMain;
let project: FakeProject;

beforeEach(async () => {
  setActivePinia(createPinia());
  project = new FakeProject([frameOf(1, SHA_A), frameOf(2, SHA_B)]);
  const counts = { unopened: 2, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'menu.setState': () => undefined,
    'inference.blur': () => undefined,
    'inference.focus': () => ({ state: 'waiting' }),
    'labels.list': () => [LABEL],
    'frames.list': () => ({ frames: [], total: 2, counts }),
    'frames.offsetOf': () => 0,
    'frames.open': ({ frameId }) => ({
      ...{ frame: DETAILS[frameId - 1]!, masks: project.masksOf(frameId), measurements: [], problem: null },
    }),
    'frames.neighbour': () => null,
    'visits.record': () => undefined,
    'comments.ofFrame': () => [],
    'masks.save': (edit) => project.save(edit),
  });
  useCommands();
  main.tell('project.changed', { path: '/data/a.sonomask', name: 'a', reading: MAIN, team: null });
  await settle();
  const [list, editor] = [useStudyList(), useEditor()];
  // As FrameArea does.
  watch(
    () => list.current?.id,
    (id) => id !== undefined && void editor.open(id),
    { immediate: true },
  );
  await show(1);
});

async function show(id: 1 | 2): Promise<void> {
  useStudyList().select(DETAILS[id - 1]!, id - 1);
  await vi.waitFor(() => expect(useEditor().frame?.id).toBe(id));
}

/** The frame has no embedding: the click waits, and so does what is painted after it. */
function clickAndPaint(): void {
  const { editor } = useEditor();
  editor.click(10, 10, true);
  editor.beginStroke('brush', 5, 30, 20);
  editor.endStroke();
}

const focused = () => main.asked.filter(({ channel }) => channel === 'inference.focus').map(({ payload }) => payload);

describe('a click that waits for its frame to be encoded', () => {
  it('keeps the frame wanted when one far from it is on screen', async () => {
    clickAndPaint();
    await show(2);
    expect(focused().at(-1)).toEqual({ frameId: 2, neighbours: [1] });
  });

  it('is given up where the encoder fails, and what was painted after it is saved', async () => {
    clickAndPaint();
    await settle();
    expect(useEditor().saveState).toBe('saving');
    const problem = { code: 'worker-died', path: '/data/1.png', message: 'out of memory' } as const;
    main.tell('embedding.failed', { frameId: 1, problem });
    await settle();
    expect(useEditor().saveState).toBe('saved');
    expect(project.live(1)).toMatchObject([{ state: 'drawn', prompt: { points: [] } }]);
    const before = focused().length;
    useEditor().editor.click(12, 12, true);
    expect(focused().slice(before)).toMatchObject([{ frameId: 1 }]);
    main.tell('embedding.failed', { frameId: 1, problem });
    await settle();
    expect(useEditor().saveState).toBe('saved');
    expect(focused()).toHaveLength(before + 1);
  });

  it('does not let the window close before what was painted after it is saved', async () => {
    const close = vi.spyOn(window, 'close').mockImplementation(() => undefined);
    clickAndPaint();
    expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
    await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
    expect(project.live(1)).toMatchObject([{ state: 'drawn', prompt: { points: [] } }]);
    close.mockRestore();
  });

  it('does not keep the word on another frame from being said', async () => {
    clickAndPaint();
    await show(2);
    useCommands().run('mask.acceptAndNext');
    await vi.waitFor(() => expect(project.frames.get(2)!.review).toBe('accepted'));
    // The first frame nobody has reviewed is looked for.
    await vi.waitFor(() => expect(main.asked.some(({ channel }) => channel === 'frames.neighbour')).toBe(true));
  });
});
