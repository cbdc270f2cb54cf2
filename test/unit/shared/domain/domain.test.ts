/** The domain schemas accept what the field has and refuse what would do harm further on. */
import { describe, expect, it } from 'vitest';
import {
  LABEL_PALETTE,
  frameEdit,
  maskRle,
  newLabel,
  nextColour,
  prompt,
  reviewOf,
  stateOf,
} from '../../../../shared/domain';
import type { MaskState, ReviewState } from '../../../../shared/domain';

const accepts = (schema: { safeParse(input: unknown): { success: boolean } }, input: unknown): boolean =>
  schema.safeParse(input).success;

describe('prompts', () => {
  it('are points of either sign and at most one box', () => {
    expect(accepts(prompt, { points: [] })).toBe(true);
    expect(accepts(prompt, { points: [{ x: 0.5, y: 3, positive: false }], box: { x0: 0, y0: 0, x1: 2, y1: 1 } })).toBe(
      true,
    );
  });

  it.each([
    [{ points: [{ x: -1, y: 0, positive: true }] }],
    [{ points: [{ x: Number.NaN, y: 0, positive: true }] }],
    [{ points: [{ x: 1, y: 1 }] }],
    [{ points: [], box: { x0: 2, y0: 0, x1: 2, y1: 1 } }],
    [{ points: [], box: { x0: 3, y0: 0, x1: 2, y1: 1 } }],
    [{ points: [], box: undefined }],
    [{ points: [], mask: 'x' }],
    [{}],
  ])('%j is none', (input) => expect(accepts(prompt, input)).toBe(false));
});

describe('labels', () => {
  it('are named in any language, on one line', () => {
    for (const name of ['breast lesion', '乳腺病变', 'Kopf (fetal)']) expect(accepts(newLabel, { name })).toBe(true);
    for (const name of ['', '  ', 'a\nb', 'a\u0000', 'x'.repeat(201)]) expect(accepts(newLabel, { name })).toBe(false);
  });

  it('take the first colour of the palette that is free, whatever its case', () => {
    expect(nextColour([])).toBe(LABEL_PALETTE[0]);
    expect(nextColour([LABEL_PALETTE[0].toLowerCase(), LABEL_PALETTE[2]])).toBe(LABEL_PALETTE[1]);
    expect(LABEL_PALETTE).toContain(nextColour([...LABEL_PALETTE]));
  });

  it('have default colours that differ in lightness or hue also without red-green vision', () => {
    // Viénot, Brettel and Mollon (1999), deuteranopia, linear RGB: red and green collapse into one axis.
    const seen = LABEL_PALETTE.map((colour) => {
      const [r, g, b] = [1, 3, 5].map((i) => (parseInt(colour.slice(i, i + 2), 16) / 255) ** 2.2) as [
        number,
        number,
        number,
      ];
      return [0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b].map((v) => Math.max(0, v) ** (1 / 2.2));
    });
    for (const [i, a] of seen.entries()) {
      for (const b of seen.slice(i + 1)) expect(Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)).toBeGreaterThan(0.08);
    }
  });
});

describe('masks and edits', () => {
  it('have COCO run lengths and a size', () => {
    expect(accepts(maskRle, { widthPx: 6, heightPx: 4, counts: 'h0' })).toBe(true);
    for (const counts of ['', 'p', '/', 'h 0'])
      expect(accepts(maskRle, { widthPx: 6, heightPx: 4, counts })).toBe(false);
    expect(accepts(maskRle, { widthPx: 0, heightPx: 4, counts: '0' })).toBe(false);
  });

  it('name the pixels they were made on, and the user', () => {
    const edit = { frameId: 1, frameSha256: 'a'.repeat(64), user: 'u', changes: [] };
    expect(accepts(frameEdit, edit)).toBe(true);
    expect(accepts(frameEdit, { ...edit, frameSha256: 'A'.repeat(64) })).toBe(false);
    expect(accepts(frameEdit, { ...edit, frameSha256: undefined })).toBe(false);
    expect(accepts(frameEdit, { ...edit, user: '' })).toBe(false);
    expect(accepts(frameEdit, { ...edit, frameId: '1' })).toBe(false);
  });

  it('cannot add a mask that is deleted already', () => {
    const add = { kind: 'add', labelId: 1, rle: { widthPx: 1, heightPx: 1, counts: '1' }, origin: { tool: 'brush' } };
    const edit = { frameId: 1, frameSha256: 'a'.repeat(64), user: 'u' };
    expect(accepts(frameEdit, { ...edit, changes: [{ ...add, state: 'drawn' }] })).toBe(true);
    expect(accepts(frameEdit, { ...edit, changes: [{ ...add, state: 'deleted' }] })).toBe(false);
  });
});

describe('the review of a frame', () => {
  it.each<[MaskState[], ReviewState]>([
    [[], 'unopened'],
    [['deleted'], 'unopened'],
    [['proposed'], 'proposed'],
    [['imported'], 'proposed'],
    [['propagated', 'accepted'], 'proposed'],
    [['proposed', 'corrected'], 'corrected'],
    [['drawn'], 'corrected'],
    [['accepted', 'rejected'], 'accepted'],
    [['rejected', 'deleted'], 'rejected'],
  ])('with masks %j is %s', (states, review) => expect(reviewOf(states)).toBe(review));

  it('is hidden by a problem', () => {
    expect(stateOf({ review: 'accepted', problem: null })).toBe('accepted');
    expect(stateOf({ review: 'accepted', problem: 'changed' })).toBe('failed');
  });
});
