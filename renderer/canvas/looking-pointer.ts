/** The pointer over a picture that is only looked at: wheel, middle and right button do to the view what they do over the frame. */
import type { Ref } from 'vue';
import { useEditor } from '../stores/editor';
import type { PointerTool } from './gestures';
import { canvasPointer, type CanvasPointer } from './pointer';

const NOTHING: PointerTool = { name: 'select', pointer: () => undefined, pointerLeft: () => undefined };

/** @param tool what the left button does */
export function lookingPointer(
  host: Readonly<Ref<HTMLElement | null>>,
  hasImage: () => boolean,
  tool: PointerTool = NOTHING,
): CanvasPointer {
  const editor = useEditor();
  const scene = {
    hasImage,
    tool: () => 'select' as const,
    viewport: () => editor.viewport,
    pan: editor.pan,
    zoom: editor.zoom,
    dragWindowing: editor.dragWindowing,
    resizeBrush: () => undefined,
  };
  return canvasPointer(host, scene, tool);
}
