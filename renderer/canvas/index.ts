/**
 * The canvas: the image, its masks and what the user does on it with a pointer.
 *
 * Data flow, one direction each. Pointer and wheel -> `gestures.ts` (pan, zoom, brightness, or a tool's matter) ->
 * `tools/` (small state machines) -> acts of `renderer/editor` -> the editor's news: `pixelsChanged` (repaint this box
 * of this instance) and `changed` (anything else) -> `mask-overlays.ts` paints bits into one small canvas an instance ->
 * Konva draws those canvases; many masks that are not being worked on are one picture, moved and stretched with the view
 * (`resting-masks.ts`). The viewport is one transform above the image and the masks.
 * The image has a canvas of its own (`ImageLayer.vue`), which the compositor gives its look (`look.ts`).
 * Coordinates leave this folder as image pixels, centres at +0.5 (`viewport.ts` converts); nothing here saves or decodes.
 */
export { loadCinePicture, type CinePicture, type StoredMask } from './cine-picture';
export { ImageFilters } from './image-filters';
export { loadFrameImage } from './frame-image';
export { BRUSHES, SIDED, TOOLS, Toolbox, type ToolName } from './tools';
export { actualPixels, fit, panBy, visiblePart, zoomAt, type Point, type Size, type Viewport } from './viewport';
export {
  COLOUR_MAPS,
  GAMMA,
  isNeutral,
  lookTable,
  NEUTRAL_LOOK,
  withRange,
  type ColourMap,
  type Look,
  type LookTable,
} from './look';
export { dragged, NEUTRAL, PRESETS, windowOf, type Preset, type Windowing } from './windowing';
