// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useEditor } from '../../../../renderer/stores/editor';
import { COLOUR_MAPS, PRESETS } from '../../../../renderer/canvas';
import { FILTERS } from '../../../../shared/image';
import { frameOf, settle } from '../support';
import { fakeMain, type FakeMain } from './fake-main';

/** Everything the page sends to main while a mask is painted, shrunk and accepted on a fresh frame. */
async function sentWhilePainting(change: (editor: ReturnType<typeof useEditor>) => void): Promise<FakeMain['asked']> {
  setActivePinia(createPinia());
  const main = fakeMain({
    'inference.focus': () => ({ state: 'ready' }),
    'masks.save': () => new Promise(() => undefined),
  });
  const store = useEditor();
  store.editor.selection.setLabels([{ id: 1, instances: 'single', head: null }]);
  store.editor.open(frameOf(), []);
  store.image = { widthPx: 48, heightPx: 40, data: new Uint8Array(48 * 40).fill(80) };
  change(store);
  store.toolbox.choose('brush');
  store.editor.beginStroke('brush', 6, 10, 10);
  store.editor.stroke?.extend(30, 20);
  store.editor.endStroke();
  store.execute('mask.shrink');
  store.execute('mask.accept');
  await settle();
  return main.asked.filter(({ channel }) => channel !== 'menu.setState');
}

afterEach(() => vi.unstubAllGlobals());

describe('how the image is shown', () => {
  it('changes nothing of what is sent to be stored', async () => {
    const neutral = await sentWhilePainting(() => undefined);
    expect(neutral.some(({ channel }) => channel === 'masks.save')).toBe(true);
    vi.stubGlobal(
      'Worker',
      class {
        addEventListener = () => undefined;
        postMessage = () => undefined;
      },
    );
    vi.stubGlobal('ImageBitmap', class {});
    for (const colours of COLOUR_MAPS) {
      for (const filter of FILTERS) {
        const sent = await sentWhilePainting((editor) => {
          editor.execute(`display.${colours}`);
          editor.execute(`display.filter.${filter}`);
          editor.execute('display.brighter');
          editor.dragWindowing(60, -80);
          expect(editor.lookTable).not.toBeNull();
        });
        expect(sent).toEqual(neutral);
      }
    }
  });

  it('is as it was at first after one command', async () => {
    vi.stubGlobal(
      'Worker',
      class {
        addEventListener = () => undefined;
        postMessage = () => undefined;
      },
    );
    vi.stubGlobal('ImageBitmap', class {});
    await sentWhilePainting((editor) => {
      for (const preset of PRESETS.filter((name) => name !== 'full' && name !== 'auto')) {
        editor.execute(`display.${preset}`);
        expect(editor.preset).toBe(preset);
      }
      editor.execute('display.magma');
      editor.execute('display.filter.lee');
      editor.execute('display.darker');
      expect(editor.gamma).toBe(0.9);
      expect(editor.filtering).toBe(true);
      expect(['display.magma', 'display.filter.lee', 'display.grey'].map((id) => editor.checked(id as never))).toEqual([
        true,
        true,
        false,
      ]);
      editor.execute('view.resetWindowing');
      expect(editor.lookTable).toBeNull();
      expect([editor.filter, editor.preset, editor.gamma, editor.colours]).toEqual(['none', 'full', 1, 'grey']);
    });
  });
});
