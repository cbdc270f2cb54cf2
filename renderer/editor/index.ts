/** The editor of one frame's masks, without screen and framework: what stores and canvas use of it. */
export type { BrushMode } from './brush';
export type { BrushRules } from './brush-limit';
export { masksToCopy, placeCopies, placesFor, type PlacedMask } from './copies';
export { Editor } from './editor';
export { emitter, type Emitter } from './emitter';
export type { FrameDocument } from './frame-document';
export type { Instance, PixelNews } from './instance';
export type { Saving } from './open-documents';
export type { EditedFrame, EditorPorts, UnsignedEdit } from './ports';
export { pointsOfStroke } from './scribble';
export type { EditedLabel, Lock, Refusal } from './selection';
export type { HeldRing } from './vertices';
export { isLive, type Snapshot } from './snapshot';
