/** Which command does what on the image, when it can, and what is checked in the menu. */
import type { CommandId } from '../../shared/commands';
import { SIDED, TOOLS, type Toolbox } from '../canvas';
import type { Editor } from '../editor';
import type { EditorView } from './editor-view';

type Acts = Partial<Record<CommandId, () => unknown>>;

/** A tool that has something begun gets Enter, Delete, Esc, undo and redo first. */
export function editorCommands(editor: Editor, toolbox: Toolbox, view: EditorView) {
  const edits: Acts = {
    'edit.undo': () => toolbox.key('onRemoveLast') || editor.undo(),
    'edit.redo': () => toolbox.key('onRestoreLast') || editor.redo(),
    'tool.cancel': () => toolbox.key('onCancel') || editor.selection.activate(null),
    'mask.accept': () => toolbox.key('onComplete') || editor.reviewing.accept(),
    'mask.reject': () => toolbox.key('onRemoveLast') || toolbox.delete() || editor.reviewing.reject(),
    'mask.newInstance': () => editor.selection.newInstance(),
    'mask.propose': () => editor.propose(),
    'mask.refine': () => editor.refine(),
    'mask.clearPrompts': () => editor.clearPrompts(),
    'mask.grow': () => editor.whole.operate('grow'),
    'mask.shrink': () => editor.whole.operate('shrink'),
    'mask.smooth': () => editor.whole.operate('smooth'),
    'mask.fillHoles': () => editor.whole.operate('fillHoles'),
    'mask.largestPart': () => editor.whole.operate('largestPart'),
    'mask.mirror': () => editor.whole.operate('mirror'),
    'mask.subtract': () => editor.whole.subtract(),
    'mask.merge': () => editor.whole.merge(),
    'mask.split': () => editor.whole.split(),
    'go.nextLabel': () => editor.selection.nextLabel(),
    'go.nextInstance': () => editor.selection.nextInstance(),
  };
  const views: Acts = {
    'view.zoomIn': view.zoomIn,
    'view.zoomOut': view.zoomOut,
    'view.fit': view.fitImage,
    'view.actualPixels': view.showActualPixels,
    ...view.lookActs,
    ...view.filterActs,
    'view.resetWindowing': view.resetDisplay,
    'view.masksVisible': () => (view.masksVisible.value = !view.masksVisible.value),
    'view.outlinesOnly': () => (view.outlinesOnly.value = !view.outlinesOnly.value),
    'view.measurements': () => (view.measurementsVisible.value = !view.measurementsVisible.value),
    'view.rulers': () => (view.rulersVisible.value = !view.rulersVisible.value),
    'view.minimap': () => (view.minimapVisible.value = !view.minimapVisible.value),
    'view.moreOpaque': () => view.changeOpacity(1),
    'view.lessOpaque': () => view.changeOpacity(-1),
    'tool.larger': () => view.resizeBrush(1),
    'tool.smaller': () => view.resizeBrush(-1),
    'tool.fewerVertices': () => view.changeTolerance(1),
    'tool.moreVertices': () => view.changeTolerance(-1),
  };
  const tools: Acts = {
    ...Object.fromEntries(TOOLS.map((name) => [`tool.${name}`, () => toolbox.choose(name)])),
    'tool.takeAway': () => toolbox.switchSides(),
  };
  const all: Acts = { ...edits, ...views, ...tools };

  return {
    /** @returns false for a command that is not the editor's, or can do nothing now */
    execute(id: CommandId): boolean {
      const act = all[id];
      if (!act || !this.enabled(id)) return false;
      act();
      return true;
    },

    enabled(id: CommandId): boolean {
      const { document, selection } = editor;
      if (!(id in all)) return false;
      if (id in views && view.passing.value) return true;
      if (id === 'tool.takeAway' && !SIDED.has(toolbox.name)) return false;
      if (id in tools || id in views) return document !== null;
      if (id === 'go.nextLabel') return selection.labels.length > 1;
      if (document === null) return false;
      if (id === 'edit.undo') return toolbox.busy || document.canUndo;
      if (id === 'edit.redo') return toolbox.busy || document.canRedo;
      if (id === 'mask.propose') return editor.canPropose;
      if (id === 'mask.refine') return editor.canRefine;
      if (id === 'mask.clearPrompts') return editor.hasPrompts;
      if (id === 'go.nextInstance') return document.live.length > 1;
      return true;
    },

    checked(id: CommandId): boolean {
      if (id === 'tool.takeAway') return toolbox.takesAway;
      if (id === 'view.masksVisible') return view.masksVisible.value;
      if (id === 'view.outlinesOnly') return view.outlinesOnly.value;
      if (id === 'view.measurements') return view.measurementsVisible.value;
      if (id === 'view.rulers') return view.rulersVisible.value;
      if (id === 'view.minimap') return view.minimapVisible.value;
      return view.lookChecked(id) || view.filterChecked(id) || id === `tool.${toolbox.name}`;
    },
  };
}
