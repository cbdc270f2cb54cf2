/** The timeline's strip of how sure carried masks are: what it says, and that every kind differs in shape, not in colour. */
import { describe, expect, it } from 'vitest';
import { drawSureness, surenessOf } from '../../../../renderer/components/cine/sure-strip';
import type { LabelOnFrame } from '../../../../shared/domain';

const on = (by: LabelOnFrame['by'], confidence: number | null = null, masks = 1): LabelOnFrame => ({
  ...{ frameId: 1, by, masks, confidence, fromFrameId: null, revisionId: null },
});

/** What was painted of each frame, rows from the top, in one colour. */
function painted(frames: readonly LabelOnFrame[], width: number, height: number): string[] {
  const calls: string[] = frames.map(() => '');
  const note = (x: number, what: string): void => {
    const i = Math.min(frames.length - 1, Math.floor((x * frames.length) / width));
    calls[i] += what;
  };
  const context = {
    clearRect: () => undefined,
    fillRect: (x: number, y: number, _: number, tall: number) => note(x, `rect ${y.toFixed(1)}+${tall.toFixed(1)};`),
    beginPath: () => undefined,
    moveTo: (x: number) => note(x, 'diamond;'),
    lineTo: () => undefined,
    fill: () => undefined,
  } as unknown as CanvasRenderingContext2D;
  drawSureness(context, frames, { width, height, count: frames.length }, () => '#888');
  return calls;
}

describe('the strip of sureness', () => {
  it('says nothing where nobody carried anything or outlined the label', () => {
    for (const frame of [undefined, on('nobody', null, 0), on('head'), on('human', null, 0)]) {
      expect(surenessOf(frame)).toBeNull();
    }
    expect(painted([on('nobody', null, 0), on('head')], 40, 10)).toEqual(['', '']);
  });

  it('tells sure, unsure, unmeasured and a human’s apart by shape', () => {
    const frames = [on('propagation', 0.9), on('propagation', 0.45), on('propagation'), on('human')];
    expect(frames.map(surenessOf)).toEqual(['sure', 'unsure', 'unmeasured', 'key']);
    const shapes = painted(frames, 80, 10);
    expect(shapes[0]).toBe('rect 1.0+9.0;');
    expect(shapes[1]!.split(';').filter(Boolean).length).toBeGreaterThan(1);
    expect(shapes[2]).toBe('rect 8.5+1.5;');
    expect(shapes[3]).toBe('diamond;');
  });
});
