/** Learning when idle: begins by itself only where it is wanted, nobody works, and a round is offered. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleLearning, type Learning } from '../../../../main/finetune';
import type { LabelLearning } from '../../../../shared/ipc';

const MINUTE_MS = 60_000;
let wanted: boolean;
let labels: Pick<LabelLearning, 'labelId' | 'offered' | 'round'>[];
let started: number[];
let idle: IdleLearning;

beforeEach(() => {
  vi.useFakeTimers();
  [wanted, started] = [true, []];
  labels = [
    { labelId: 1, offered: false, round: null },
    { labelId: 2, offered: true, round: null },
  ];
  const learning = {
    labels: () => Promise.resolve(labels),
    start: (labelId: number) => Promise.resolve(started.push(labelId)),
  };
  idle = new IdleLearning(learning as unknown as Learning, () => Promise.resolve(wanted));
});

afterEach(() => {
  idle.close();
  vi.useRealTimers();
});

describe('learning when idle', () => {
  it('begins a round of the label that offers one, three minutes after the last act', async () => {
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    idle.noteActivity();
    await vi.advanceTimersByTimeAsync(2.9 * MINUTE_MS);
    expect(started).toEqual([]);
    await vi.advanceTimersByTimeAsync(0.5 * MINUTE_MS);
    expect(started[0]).toBe(2);
  });

  it('does nothing where it was not asked for, nothing is offered, or a round runs', async () => {
    wanted = false;
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
    wanted = true;
    labels = labels.map((label) => ({ ...label, offered: false }));
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
    labels = [
      { labelId: 1, offered: true, round: null },
      { labelId: 2, offered: false, round: { state: 'running' } as LabelLearning['round'] },
    ];
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
    expect(started).toEqual([]);
  });

  it('ends with the project', async () => {
    idle.close();
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
    expect(started).toEqual([]);
  });
});
