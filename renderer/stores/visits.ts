/**
 * How long the frame on screen is worked on: told to main when it is left, for the figures of the dashboard. Knows nothing of
 * what is done, only that the hands move.
 */
import { defineStore } from 'pinia';
import { watch } from 'vue';
import type { FrameDetail, FrameVisit } from '../../shared/domain';
import { ActiveTime } from '../active-time';
import { call } from '../ipc';
import { useEditor } from './editor';
import { useLearning } from './learning';

/** Frames passed by with a held key are not visited. */
const LEAST_MS = 300;
const ACTS = ['pointermove', 'pointerdown', 'wheel', 'keydown'] as const;

interface Visit extends Omit<FrameVisit, 'activeMs'> {
  readonly time: ActiveTime;
}

export const useVisits = defineStore('visits', () => {
  const editor = useEditor();
  const learning = useLearning();
  let visit: Visit | null = null;

  function begin(frame: FrameDetail | null): void {
    visit = null;
    if (!frame?.sha256) return;
    const led = learning.led?.frameId === frame.id ? learning.led.why : null;
    visit = { frameId: frame.id, frameSha256: frame.sha256, why: led, time: new ActiveTime(performance.now()) };
  }

  /** Tells main of the visit so far; what is done on the frame after it is another visit. */
  async function end(): Promise<void> {
    const ended = visit;
    if (!ended) return;
    const { time, ...rest } = ended;
    time.act(performance.now());
    visit = { ...rest, time: new ActiveTime(performance.now()) };
    if (time.ms < LEAST_MS) return;
    try {
      await call('visits.record', { ...rest, activeMs: time.ms });
    } catch (error) {
      // The file has other pixels now, or the project is gone: no work is lost with its time.
      console.warn('visit:', error);
    }
  }

  for (const act of ACTS) {
    window.addEventListener(act, () => visit?.time.act(performance.now()), { capture: true, passive: true });
  }
  window.addEventListener('pagehide', () => void end());
  watch(
    () => editor.frame,
    (frame, before) => {
      // A frame read again is the same visit.
      if (frame && frame.id === before?.id && frame.sha256 === before.sha256) return;
      void end();
      begin(frame);
    },
    { flush: 'sync' },
  );

  return { end };
});
