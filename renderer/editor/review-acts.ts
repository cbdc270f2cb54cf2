/** What the user says of the frame and its masks: each act answers whether it changed anything. */
import type { MaskState, ReviewState } from '../../shared/domain';
import { stateChange } from './acts';
import type { FrameDocument } from './frame-document';
import type { Instance } from './instance';
import type { Selection } from './selection';

const ACCEPTABLE: readonly MaskState[] = ['proposed', 'propagated', 'imported'];

/** What of the editor these acts need. */
interface Surroundings {
  readonly document: FrameDocument | null;
  readonly selection: Selection;
  endStroke(): boolean;
}

export class ReviewActs {
  constructor(private readonly editor: Surroundings) {}

  /** The frame is right as it is, also where it has no mask. */
  accept(): boolean {
    this.editor.endStroke();
    const states = new Map<Instance, MaskState>();
    for (const instance of this.editor.document?.live ?? []) {
      if (instance.shown && ACCEPTABLE.includes(instance.shown.state)) states.set(instance, 'accepted');
    }
    return this.#changeStates(states, 'review', 'accepted');
  }

  /** The active mask is wrong: a drawn one goes, a proposed one is kept as rejected. Without masks, the frame is. */
  reject(): boolean {
    this.editor.endStroke();
    const { document, selection } = this.editor;
    if (document === null) return false;
    if (document.live.length === 0) return this.#changeStates(new Map(), 'review', 'rejected');
    const instance = document.active ?? (document.live.length === 1 ? document.live[0] : undefined);
    if (!instance) return selection.refuse('choose-instance');
    if (instance.shown?.state === 'drawn') return this.deleteInstance(instance.key);
    return this.#changeStates(new Map([[instance, 'rejected']]), 'review', null);
  }

  /** Nothing on the frame is right: what was drawn goes, everything else is kept as rejected. */
  rejectAll(): boolean {
    this.editor.endStroke();
    const states = new Map<Instance, MaskState>();
    for (const instance of this.editor.document?.live ?? []) {
      if (instance.shown) states.set(instance, instance.shown.state === 'drawn' ? 'deleted' : 'rejected');
    }
    return this.#changeStates(states, 'review', 'rejected');
  }

  deleteInstance(key: number): boolean {
    this.editor.endStroke();
    const instance = this.editor.selection.byKey(key);
    return instance !== null && this.#changeStates(new Map([[instance, 'deleted']]), 'delete', null);
  }

  /** An instance that is not on the frame any more is not the active one either: the document sees to that. */
  #changeStates(states: ReadonlyMap<Instance, MaskState>, tool: 'review' | 'delete', review: ReviewState | null) {
    const { document } = this.editor;
    return document?.do({ kind: 'local', perform: stateChange(states, tool), review }, document.active) ?? false;
  }
}
