// @vitest-environment happy-dom
/** Shift+C: what main is asked, where the user ends up, and what refuses it. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import { useCommands } from '../../../../renderer/stores/commands';
import { useCopying } from '../../../../renderer/stores/copying';
import { useEditor } from '../../../../renderer/stores/editor';
import { useStudyList } from '../../../../renderer/stores/study-list';
import type { FrameDetail, FrameSummary, MaskInstance } from '../../../../shared/domain';
import type { ProjectLabel } from '../../../../shared/ipc';
import { brushStroke } from '../../../../shared/mask';
import { FakeProject, SHA_A, SHA_B, LESION, frameOf, settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

vi.mock('../../../../renderer/canvas/frame-image', () => ({
  loadFrameImage: () => Promise.resolve({ widthPx: 48, heightPx: 40, data: new Uint8ClampedArray(4 * 48 * 40) }),
}));

const LABEL: ProjectLabel = {
  ...{ id: LESION.id, name: 'lesion', colour: '#ff0000', shortcut: '1', instances: 'single', head: null },
};
const detail = (id: number, sha256: string, widthPx = 48): FrameDetail => ({
  ...{ id, imageId: id, seriesId: 7, studyId: 1, patient: 'p', studyName: 's', seriesName: 't' },
  ...{ relativePath: `${id}.png`, frameIndex: 0, frameCount: 1, widthPx, heightPx: 40, sha256, review: 'unopened' },
  ...{ problem: null, maskCount: 0, absolutePath: `/data/${id}.png`, sizeBytes: 1, mtimeMs: 1, problemDetail: null },
  ...{ frameTimeMs: null, calibration: null },
});
const summaryOf = ({ id }: FrameDetail): FrameSummary => {
  const {
    absolutePath: _1,
    sizeBytes: _2,
    mtimeMs: _3,
    problemDetail: _4,
    frameTimeMs: _5,
    calibration: _6,
    ...rest
  } = details.get(id)!;
  return rest;
};

let main: FakeMain;
let project: FakeProject;
let details: Map<number, FrameDetail>;
const live = (id: number): MaskInstance[] => project.masksOf(id).filter(({ current }) => current.state !== 'deleted');

beforeEach(async () => {
  setActivePinia(createPinia());
  details = new Map([detail(1, SHA_A), detail(2, SHA_B)].map((frame) => [frame.id, frame]));
  project = new FakeProject([frameOf(1, SHA_A), frameOf(2, SHA_B)]);
  const counts = { unopened: 2, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'menu.setState': () => undefined,
    'inference.blur': () => undefined,
    'inference.focus': () => ({ state: 'failed' }),
    'labels.list': () => [LABEL],
    'frames.list': () => ({ frames: [], total: 2, counts }),
    'frames.offsetOf': () => 0,
    'frames.open': ({ frameId }) => ({
      ...{ frame: details.get(frameId)!, masks: project.masksOf(frameId), measurements: [], problem: null },
    }),
    'frames.neighbour': ({ frameId }) => (details.has(frameId + 1) ? summaryOf(details.get(frameId + 1)!) : null),
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
  list.select(summaryOf(details.get(1)!), 0);
  await vi.waitFor(() => expect(editor.frame?.id).toBe(1));
  editor.editor.beginStroke('brush', 5, 20, 20);
  editor.editor.endStroke();
});

const copy = async (): Promise<void> => {
  await (useCopying().acts['mask.copyToNext']!() as Promise<void>);
  await settle();
};

describe('copying to the next frame', () => {
  it('saves what is drawn, goes there, and puts it there as one act', async () => {
    await copy();
    expect(useEditor().frame?.id).toBe(2);
    await vi.waitFor(() => expect(live(2)).toHaveLength(1));
    const [[from], [to]] = [live(1), live(2)];
    expect(to!.current).toMatchObject({ state: 'propagated', rle: from!.current.rle, origin: { fromFrameId: 1 } });
    const neighbour = main.asked.find(({ channel }) => channel === 'frames.neighbour');
    expect(neighbour!.payload).toMatchObject({ frameId: 1, direction: 'next', filter: { seriesId: 7 } });
    useEditor().execute('edit.undo');
    await vi.waitFor(() => expect(live(2)).toHaveLength(0));
    await copy();
    expect(useEditor().refusal).toEqual({ reason: 'needs-mask' });
  });

  it('is refused, and nothing moves, for another size, a human’s mask, and at the end', async () => {
    details.set(2, detail(2, SHA_B, 47));
    await copy();
    expect([useEditor().refusal, useEditor().frame?.id]).toEqual([{ reason: 'other-size' }, 1]);
    details.set(2, detail(2, SHA_B));
    const mask = project.propose(2, LESION.id, brushStroke([9, 9], 4, 48, 40));
    const accepted = { kind: 'state', maskId: mask.id, previousId: mask.current.id, state: 'accepted' } as const;
    project.store({ frameId: 2, frameSha256: SHA_B, changes: [{ ...accepted, origin: { tool: 'review' } }] });
    await copy();
    expect([useEditor().refusal, useEditor().frame?.id]).toEqual([{ reason: 'humans-mask' }, 1]);
    expect(live(2)).toHaveLength(1);
    details.delete(2);
    await copy();
    expect(useEditor().refusal).toEqual({ reason: 'last-frame' });
  });
});
