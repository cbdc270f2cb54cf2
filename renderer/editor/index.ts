/** The editor of one frame's masks, without screen and framework: what stores and canvas use of it. */
export type { BrushMode } from './brush';
export { Editor, type EditedLabel, type Refusal, type Saving } from './editor';
export { emitter, type Emitter } from './emitter';
export type { FrameDocument } from './frame-document';
export type { Instance, PixelNews } from './instance';
export type { EditedFrame, EditorPorts, UnsignedEdit } from './ports';
export { isLive, type Snapshot } from './snapshot';
