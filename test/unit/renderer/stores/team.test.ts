// @vitest-environment happy-dom
/** What others measured on a frame is there before anything is added to it: measurements are saved as whole lists. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { useEditor } from '../../../../renderer/stores/editor';
import { useTeam } from '../../../../renderer/stores/team';
import type { FrameDetail, Measurement } from '../../../../shared/domain';
import { settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

vi.mock('../../../../renderer/canvas/frame-image', () => ({
  loadFrameImage: () => Promise.resolve({ widthPx: 6, heightPx: 4, data: new Uint8ClampedArray(4 * 6 * 4) }),
}));

const detail = (id: number): FrameDetail => ({
  ...{ id, imageId: id, seriesId: 1, studyId: 1, patient: 'p', studyName: 's', seriesName: 't' },
  ...{ relativePath: `${id}.png`, frameIndex: 0, frameCount: 1, widthPx: 6, heightPx: 4, problem: null, maskCount: 0 },
  ...{ absolutePath: `/data/${id}.png`, sizeBytes: 1, mtimeMs: 1, problemDetail: null, frameTimeMs: null },
  ...{ calibration: null, review: 'unopened', sha256: String(id).repeat(64) },
});
const OURS: Measurement = { kind: 'caliper', x0: 0, y0: 0, x1: 3, y1: 0 };
const THEIRS: Measurement = { kind: 'caliper', x0: 0, y0: 2, x1: 5, y1: 2 };

let main: FakeMain;
let stored: readonly Measurement[];

beforeEach(async () => {
  setActivePinia(createPinia());
  stored = [];
  const counts = { unopened: 6, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'inference.blur': () => undefined,
    'inference.focus': () => ({ state: 'failed' }),
    'team.watch': () => undefined,
    'labels.list': () => [],
    'visits.record': () => undefined,
    'frames.list': () => ({ frames: [], total: 6, counts }),
    'frames.open': ({ frameId }) => ({
      ...{ frame: detail(frameId), masks: [], measurements: frameId === 1 ? [...stored] : [], problem: null },
    }),
    'masks.save': ({ measurements }) => {
      stored = measurements ?? stored;
      return { masks: [], review: 'unopened' };
    },
  });
  useTeam();
  const team = { user: 'ann', role: 'reader' } as const;
  main.tell('project.changed', { path: 'postgres://ann@db.example.org/lab?project=p', name: 'p', reading: MAIN, team });
  await settle();
  await useEditor().open(1);
  useEditor().editor.setMeasurements([OURS]);
  await settle();
});

it('when the frame is opened again, also where it was worked on before', async () => {
  for (const id of [2, 3, 4, 5, 6]) await useEditor().open(id);
  stored = [OURS, THEIRS];
  await useEditor().open(1);
  expect(useEditor().measurements).toEqual([OURS, THEIRS]);
});

it('when somebody who had it gives it back while it is on screen', async () => {
  main.tell('team.state', { online: true, frameId: 1, holder: 'Bob' });
  await settle();
  stored = [OURS, THEIRS];
  main.tell('team.state', { online: true, frameId: 1, holder: null });
  await vi.waitFor(() => expect(useEditor().measurements).toEqual([OURS, THEIRS]));
});

it('and stays when what the user measured before it is undone and done again', async () => {
  const { editor } = useEditor();
  for (const id of [2, 3]) await useEditor().open(id);
  stored = [THEIRS, OURS];
  await useEditor().open(1);
  editor.undo();
  await settle();
  expect([useEditor().measurements, stored]).toEqual([[THEIRS], [THEIRS]]);
  editor.redo();
  await settle();
  expect([useEditor().measurements, stored]).toEqual([
    [THEIRS, OURS],
    [THEIRS, OURS],
  ]);
});
