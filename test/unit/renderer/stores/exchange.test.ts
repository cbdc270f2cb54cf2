// @vitest-environment happy-dom
/** Exports and imports of what is being worked on: nothing on its way is left out, and what came in is shown. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { useEditor } from '../../../../renderer/stores/editor';
import { useExporting } from '../../../../renderer/stores/exporting';
import { useImporting } from '../../../../renderer/stores/importing';
import type { FrameDetail, ReviewState } from '../../../../shared/domain';
import type { ExportRequest, ExportResult, ImportReport } from '../../../../shared/ipc';
import { AppError } from '../../../../shared/errors';
import { FakeProject, frameOf, LESION, settle, SHA_A } from '../support';
import { fakeMain, type FakeMain } from './fake-main';

vi.mock('../../../../renderer/canvas/frame-image', () => ({
  loadFrameImage: () => Promise.resolve({ widthPx: 48, heightPx: 40, data: new Uint8ClampedArray(4 * 48 * 40) }),
}));

let main: FakeMain;
let project: FakeProject;
let review: ReviewState;

const detail = (): FrameDetail => ({
  ...{
    id: 1,
    imageId: 1,
    seriesId: 7,
    studyId: 1,
    patient: 'p',
    studyName: 's',
    seriesName: 't',
    sha256: SHA_A,
    review,
  },
  ...{ relativePath: '1.png', frameIndex: 0, frameCount: 1, widthPx: 48, heightPx: 40, problem: null, maskCount: 0 },
  ...{ absolutePath: '/data/1.png', sizeBytes: 1, mtimeMs: 1, problemDetail: null, frameTimeMs: null },
  calibration: null,
});

beforeEach(async () => {
  setActivePinia(createPinia());
  review = 'unopened';
  project = new FakeProject([frameOf(1, SHA_A)]);
  main = fakeMain({
    'inference.focus': () => ({ state: 'failed' }),
    'frames.open': () => ({ frame: detail(), masks: project.masksOf(1), measurements: [], problem: null }),
    'masks.save': (edit) => project.save(edit),
  });
  await useEditor().open(1);
  useEditor().editor.selection.setLabels([LESION]);
});

function paint(): void {
  useEditor().editor.beginStroke('brush', 5, 20, 20);
  useEditor().editor.endStroke();
}

const request: ExportRequest = { folder: '/data/out', formats: ['png'], include: 'accepted', manifest: 'none' };

it('an export waits for what is being saved', async () => {
  let release: () => void = () => undefined;
  project.gate = new Promise((resolve) => (release = resolve));
  let saved = 0;
  main.answers['export.run'] = () => {
    saved = project.edits.length;
    return {} as ExportResult;
  };
  paint();
  const exported = useExporting().run(request);
  await settle();
  release();
  await exported;
  expect(saved).toBe(1);
});

it('an export does not leave out silently what cannot be saved', async () => {
  project.failures.push(new AppError('disk-full', '/data/a.sonomask', 'no space left'));
  main.answers['export.run'] = () => ({}) as ExportResult;
  paint();
  expect(await useExporting().run(request)).toBeUndefined();
  expect(main.asked.some(({ channel }) => channel === 'export.run')).toBe(false);
});

it('after an import the frame on screen has its new review', async () => {
  main.answers['import.run'] = () => {
    review = 'proposed';
    return {} as ImportReport;
  };
  await useImporting().run({ paths: ['/data/masks'], label: 'lesion' });
  expect(useEditor().review).toBe('proposed');
});
