// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { useCommands } from '../../../../renderer/stores/commands';
import { useEditor } from '../../../../renderer/stores/editor';
import type { InferenceStatus } from '../../../../shared/ipc';
import { frameOf, settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

const status = (state: InferenceStatus['state']): InferenceStatus => ({
  state,
  problem: state === 'failed' ? { code: 'model-invalid', subject: '/models/bundled', message: 'no encoder' } : null,
  model: null,
  provider: { offered: ['cpu'], chosen: 'auto', used: null, refused: [] },
  queue: { waiting: 0, running: null, batch: null, done: 0, failed: 0, lastMs: null },
});

let main: FakeMain;

beforeEach(() => {
  setActivePinia(createPinia());
  const counts = { unopened: 0, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'menu.setState': () => undefined,
    'inference.focus': () => ({ state: 'failed' }),
    'inference.blur': () => undefined,
    'labels.list': () => [],
    'frames.list': () => ({ frames: [], total: 0, counts }),
  });
});

describe('an image without a usable model', () => {
  it('is not said to be read by the model', () => {
    const editor = useEditor();
    editor.editor.open(frameOf(), []);
    main.tell('inference.status', status('starting'));
    expect(editor.embedding).toBe('waiting');
    main.tell('inference.status', status('failed'));
    expect(editor.embedding).toBe('none');
  });

  it('keeps no click waiting for it', async () => {
    const editor = useEditor();
    editor.editor.selection.setLabels([{ id: 1, instances: 'single', head: null }]);
    editor.editor.open(frameOf(), []);
    editor.editor.click(10, 10, true);
    expect(editor.saveState).toBe('saving');
    main.tell('inference.status', status('failed'));
    await settle();
    expect(editor.saveState).toBe('saved');
  });

  it('offers the tools that work, and not those that need the model', async () => {
    const commands = useCommands();
    main.tell('project.changed', { path: '/data/a.sonomask', name: 'a', reading: MAIN, team: null });
    await settle();
    useEditor().editor.open(frameOf(), []);
    main.tell('inference.status', status('failed'));
    expect(['tool.point', 'tool.box', 'mask.propose'].map((id) => commands.enabled(id as never))).toEqual(
      Array(3).fill(false),
    );
    expect(['tool.brush', 'tool.polygon'].map((id) => commands.enabled(id as never))).toEqual([true, true]);
  });
});
