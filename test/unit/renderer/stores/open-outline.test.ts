// @vitest-environment happy-dom
/** An outline of several clicks that is not closed yet would be lost with its frame. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { useCommands } from '../../../../renderer/stores/commands';
import { useEditor } from '../../../../renderer/stores/editor';
import { frameOf, settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

let main: FakeMain;
let commands: ReturnType<typeof useCommands>;
let editor: ReturnType<typeof useEditor>;

beforeEach(async () => {
  setActivePinia(createPinia());
  const counts = { unopened: 2, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'menu.setState': () => undefined,
    'inference.blur': () => undefined,
    'labels.list': () => [],
    'frames.list': () => ({ frames: [], total: 2, counts }),
  });
  commands = useCommands();
  editor = useEditor();
  main.tell('project.changed', { path: '/data/a.sonomask', name: 'a', reading: MAIN, team: null });
  await settle();
  editor.editor.selection.setLabels([{ id: 1, instances: 'single', head: null }]);
  editor.editor.open(frameOf(), []);
  commands.run('tool.polygon');
});

function click(x: number, y: number): void {
  editor.toolbox.pointer('onPointerDown', { x, y, button: 'left', alt: false, shift: false, imagePxPerScreenPx: 1 });
}

/** Whether a key for another frame has looked for one. */
async function movesOn(): Promise<boolean> {
  const { length } = main.asked;
  commands.run('go.nextFrame');
  await settle();
  return main.asked.slice(length).some(({ channel }) => channel === 'frames.list');
}

it('keeps a key from leaving the frame, and says why', async () => {
  click(4, 4);
  click(30, 4);
  expect(await movesOn()).toBe(false);
  expect(editor.refusal).toEqual({ reason: 'outline-open' });
  expect(editor.toolbox.draft).toMatchObject({ vertices: [4, 4, 30, 4] });
  commands.run('tool.cancel');
  expect(await movesOn()).toBe(true);
});

it('of a single click does not', async () => {
  click(4, 4);
  expect(await movesOn()).toBe(true);
  expect(editor.refusal).toBeNull();
});
