/** Acts on the chosen mask as a whole: each answers whether it changed anything. What they make of it: mask-operations. */
import type { MaskRevision } from '../../shared/domain';
import { restoredChange, type LocalAct } from './acts';
import type { FrameDocument } from './frame-document';
import type { Instance } from './instance';
import { mergeChange, operationChange, splitChange, subtractChange, type MaskOperation } from './mask-operations';
import type { Selection } from './selection';
import { snapshotOfRevision } from './snapshot';

/** What of the editor these acts need. */
interface Surroundings {
  readonly document: FrameDocument | null;
  readonly selection: Selection;
  endStroke(): boolean;
}

export class WholeMask {
  constructor(private readonly editor: Surroundings) {}

  /** Grows, shrinks, smooths, ... */
  operate(operation: MaskOperation): boolean {
    return this.#do((target, { frame }) => operationChange(target, operation, frame));
  }

  /** Takes away what belongs to other masks. */
  subtract(): boolean {
    return this.#do((target, { frame, live }) => subtractChange(target, without(live, target), frame));
  }

  /** All masks of its label become one. */
  merge(): boolean {
    return this.#do((target, { frame, live }) => {
      const others = without(live, target).filter(({ labelId }) => labelId === target.labelId);
      return mergeChange(target, others, frame);
    });
  }

  /** Each of its parts becomes a mask of its own. */
  split(): boolean {
    const { selection } = this.editor;
    return this.#do((target, document) => {
      if (selection.holdsOne(target.labelId)) return selection.refuse('holds-one');
      return splitChange(target, () => document.newInstance(target.labelId), document.frame);
    });
  }

  /** The mask is again as it was at an older revision, also where it was deleted since. */
  restore(maskId: number, revision: MaskRevision): boolean {
    this.editor.endStroke();
    const { document, selection } = this.editor;
    const instance = document?.instances.find((each) => each.maskId === maskId);
    if (!document || !instance) return false;
    const others = without(document.live, instance).some(({ labelId }) => labelId === instance.labelId);
    if (others && selection.holdsOne(instance.labelId)) return selection.refuse('holds-one');
    const perform = restoredChange(instance, snapshotOfRevision(revision));
    return document.do({ kind: 'local', perform, review: null }, instance);
  }

  #do(make: (target: Instance, document: FrameDocument) => LocalAct['perform'] | false): boolean {
    this.editor.endStroke();
    const { document, selection } = this.editor;
    const target = selection.existingTarget();
    if (!document || !target) return selection.refuse('needs-mask');
    const perform = make(target, document);
    return perform && document.do({ kind: 'local', perform, review: null }, target);
  }
}

function without(instances: readonly Instance[], one: Instance): Instance[] {
  return instances.filter((each) => each !== one);
}
