/**
 * The acts on one frame, done and undone, without limit. Acts settle strictly in order; those behind a click that waits
 * for its mask are shown as far as known. Not saving, not decoding.
 */
import type { MaskState } from '../../shared/domain';
import type { Act, Change, PromptAct } from './acts';
import type { Instance } from './instance';
import { snapshotOf, touchedState, type Snapshot } from './snapshot';

export class History {
  readonly #acts: Act[] = [];
  /** Acts before this one are done, the others undone. */
  #cursor = 0;

  get done(): readonly Act[] {
    return this.#acts.slice(0, this.#cursor);
  }

  get canUndo(): boolean {
    return this.#cursor > 0;
  }

  get canRedo(): boolean {
    return this.#cursor < this.#acts.length;
  }

  /** What was undone cannot be redone after it. */
  push(act: Act): void {
    this.#acts.length = this.#cursor;
    this.#acts.push(act);
    this.#cursor++;
  }

  /** @returns the act that is undone now */
  back(): Act | undefined {
    const act = this.#acts[this.#cursor - 1];
    if (act) this.#cursor--;
    return act;
  }

  /** @returns the act that is done again now */
  forward(): Act | undefined {
    const act = this.#acts[this.#cursor];
    if (act) this.#cursor++;
    return act;
  }

  /** Takes an act out as if it had never been. */
  remove(act: Act): void {
    const index = this.#acts.indexOf(act);
    if (index < 0) return;
    this.#acts.splice(index, 1);
    if (index < this.#cursor) this.#cursor--;
  }

  /** The first act that is done and not settled. */
  firstUnsettled(): Act | undefined {
    const first = this.#acts.findIndex(({ settled }, index) => !settled && index < this.#cursor);
    return first < 0 ? undefined : this.#acts[first];
  }

  /**
   * The states on screen: the settled ones and, on top, what the waiting acts make of them.
   *
   */
  shown(instances: readonly Instance[]): Map<Instance, Snapshot | null> {
    const states = new Map<Instance, Snapshot | null>(instances.map((instance) => [instance, instance.settled]));
    for (const act of this.done) {
      if (act.settled) continue;
      const stateOf = (instance: Instance): Snapshot | null => states.get(instance) ?? null;
      if (!fits(act.changes, stateOf)) {
        act.changes = act.kind === 'local' ? act.perform(stateOf) : [promptShown(act, stateOf(act.instance))];
      }
      for (const { instance, after } of act.changes) states.set(instance, after);
    }
    return states;
  }

  /**
   * After an instance was found to be a mask of the project: what made it from nothing now changes that mask. Acts that
   * wait are worked out anew anyway.
   */
  rebase(instance: Instance, onto: Snapshot): void {
    for (const act of this.#acts.filter(({ settled }) => settled)) {
      act.changes = act.changes.map((change) =>
        change.instance === instance && change.before === null ? { ...change, before: onto } : change,
      );
    }
  }
}

/** True when the changes were worked out from exactly these states. */
export function fits(changes: readonly Change[], stateOf: (instance: Instance) => Snapshot | null): boolean {
  return changes.length > 0 && changes.every(({ instance, before }) => before === stateOf(instance));
}

/** What a click shows before its mask is there: its point. */
export function promptShown(
  { instance, promptAfter }: Pick<PromptAct, 'instance' | 'promptAfter'>,
  before: Snapshot | null,
): Change {
  const prompt = promptAfter(before?.prompt ?? { points: [] });
  const fields = { state: touchedState(before), prompt, origin: { tool: 'prompt' } } as const;
  const after = before ? { ...before, ...fields } : snapshotOf(instance.emptyPixels(), { ...fields, quality: null });
  return { instance, before, after };
}

/** States of all instances that exist, for the frame's review. */
export function statesOf(instances: readonly Instance[]): MaskState[] {
  return instances.flatMap(({ settled }) => (settled ? [settled.state] : []));
}
