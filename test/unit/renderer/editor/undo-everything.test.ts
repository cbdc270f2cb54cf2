/**
 * Whatever the user does with whatever tool: undone completely it never was, redone completely it is all there again.
 * Other tools and acts join the list below as they come.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gestures, type PointerInput } from '../../../../renderer/canvas/gestures';
import { TOOLS, Toolbox } from '../../../../renderer/canvas/tools';
import { OPERATIONS, type MaskOperation } from '../../../../renderer/editor/mask-operations';
import { brushStroke } from '../../../../shared/mask';
import { bench, frameOf, LESION, NODULE, settle, type Bench } from '../support';

const frame = frameOf();
const IMAGE = {
  widthPx: frame.widthPx,
  heightPx: frame.heightPx,
  data: Uint8Array.from({ length: frame.widthPx * frame.heightPx }, (_, i) => (i * i * 31 + 7 * i) & 255),
};

const place = fc.tuple(fc.integer({ min: -3, max: 50 }), fc.integer({ min: -3, max: 43 }));
/** A tool in hand, pressed and dragged over places one after another, and how it ends. */
const handled = fc.record({
  kind: fc.constant('tool' as const),
  tool: fc.constantFrom(...TOOLS),
  button: fc.constantFrom(0, 0, 0, 2),
  alt: fc.boolean(),
  places: fc.array(place, { minLength: 1, maxLength: 5 }),
  dragged: fc.boolean(),
  ending: fc.constantFrom('onComplete', 'onComplete', 'onComplete', 'onRemoveLast', 'onCancel', 'delete', 'none'),
});
const whole = fc.record({
  kind: fc.constant('operation' as const),
  operation: fc.constantFrom(...(Object.keys(OPERATIONS) as MaskOperation[])),
});
const other = fc.record({
  kind: fc.constant('other' as const),
  act: fc.constantFrom(
    ...(['subtract', 'merge', 'split', 'accept', 'reject', 'delete', 'clear', 'propose', 'refine'] as const),
    ...(['newInstance', 'nextLabel', 'nextInstance', 'wait'] as const),
  ),
});
const act = fc.oneof(
  { weight: 5, arbitrary: handled },
  { weight: 1, arbitrary: whole },
  { weight: 2, arbitrary: other },
);
type Handled = typeof handled extends fc.Arbitrary<infer T> ? T : never;
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

interface Hands {
  readonly made: Bench;
  readonly toolbox: Toolbox;
  readonly gestures: Gestures;
}

function handsOn(made: Bench): Hands {
  const toolbox = new Toolbox({
    editor: made.editor,
    brushRadiusPx: () => 4,
    outlineTolerancePx: () => 1,
    image: () => IMAGE,
    resetWindowing: () => undefined,
  });
  const nothing = (): undefined => undefined;
  const viewport = () => ({ scale: 1, offsetX: 0, offsetY: 0, fitted: false });
  const host = { viewport, pan: nothing, zoom: nothing, dragWindowing: nothing, resizeBrush: nothing };
  return { made, toolbox, gestures: new Gestures(host, toolbox) };
}

function handle({ gestures, toolbox }: Hands, { tool, button, alt, places, dragged, ending }: Handled): void {
  if (toolbox.name !== tool) toolbox.choose(tool);
  const inputs = places.map(([x, y]): PointerInput => ({ x: x + 0.37, y: y + 0.61, button, alt, shift: false }));
  const [first, last] = [inputs[0]!, inputs.at(-1)!];
  if (dragged) {
    gestures.down(first);
    for (const input of inputs) gestures.move(input);
    if (ending === 'onCancel') toolbox.key('onCancel');
    gestures.up(last);
  } else {
    for (const input of inputs) {
      gestures.move(input);
      gestures.down(input);
      gestures.up(input);
    }
  }
  if (ending === 'delete') toolbox.delete();
  else if (ending !== 'none') toolbox.key(ending);
}

async function perform(hands: Hands, step: Act): Promise<void> {
  const { editor } = hands.made;
  if (step.kind === 'tool') handle(hands, step);
  else if (step.kind === 'operation') editor.whole.operate(step.operation);
  else {
    const active = editor.document!.active;
    const acts: Record<typeof step.act, () => unknown> = {
      subtract: () => editor.whole.subtract(),
      merge: () => editor.whole.merge(),
      split: () => editor.whole.split(),
      accept: () => editor.reviewing.accept(),
      reject: () => editor.reviewing.reject(),
      delete: () => active && editor.reviewing.deleteInstance(active.key),
      clear: () => editor.clearPrompts(),
      propose: () => editor.propose(),
      refine: () => editor.refine(),
      newInstance: () => editor.selection.newInstance(),
      nextLabel: () => editor.selection.nextLabel(),
      nextInstance: () => editor.selection.nextInstance(),
      wait: () => undefined,
    };
    acts[step.act]();
    if (step.act === 'wait') await settle();
  }
}

/** Everything that is kept of the frame: each mask with its pixels, state, prompts and origin; review; measurements. */
const stateOf = ({ editor, screen }: Bench) => ({
  masks: editor.document!.instances.flatMap(({ key, labelId, shown }) =>
    shown === null ? [] : [{ key, labelId, ...shown }],
  ),
  painted: screen().map(({ counts }) => counts),
  review: editor.document!.review,
  measurements: editor.document!.measurements,
});

/** Every save is a turn of its own. */
async function quiet({ editor }: Bench): Promise<void> {
  do await settle();
  while (editor.documents.saving.unsaved + editor.documents.saving.unsettled > 0);
}

/** A mask whose click waited is stored after one that was made later: which came first is no matter. */
function inOrder<T>(masks: readonly T[]): T[] {
  return [...masks].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const SEQUENCES = 12;

describe('any 200 acts with all tools', () => {
  it('undone completely give the exact state before, redone completely the exact state after, on screen and stored', async () => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 200, maxLength: 200 }), fc.boolean(), async (steps, proposed) => {
        const made = bench();
        const { editor, project } = made;
        if (proposed) project.propose(1, LESION.id, brushStroke([20, 20], 9, 48, 40));
        if (proposed) project.propose(1, NODULE.id, brushStroke([38, 10], 5, 48, 40));
        made.open(frame);
        const hands = handsOn(made);
        const start = stateOf(made);
        for (const step of steps) await perform(hands, step);
        hands.toolbox.choose('select');
        await quiet(made);
        const end = stateOf(made);
        expect(inOrder(project.live(1))).toEqual(inOrder(made.screen()));

        while (editor.undo()) done++;
        expect(stateOf(made)).toEqual(start);
        await quiet(made);
        expect(stateOf(made)).toEqual(start);
        expect(inOrder(project.live(1))).toEqual(inOrder(made.screen()));

        while (editor.redo());
        await quiet(made);
        expect(stateOf(made)).toEqual(end);
        expect(inOrder(project.live(1))).toEqual(inOrder(made.screen()));
      }),
      { numRuns: SEQUENCES },
    );
    // Most of what is tried does something, or the test is about nothing.
    expect(done).toBeGreaterThan(SEQUENCES * 60);
  }, 120_000);
});
