/**
 * The loop that the open frame belongs to: playing it, scrubbing through it, and what its timeline shows. While a loop
 * moves no frame is open, so that nothing can be done to one that is not on screen (`FrameArea` closes the editor); when
 * it stops, the frame on screen is opened.
 */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { CommandId } from '../../shared/commands';
import { calibrationOfFrame, stateOf, type Loop } from '../../shared/domain';
import { loadCinePicture, type CinePicture } from '../canvas';
import { Player } from '../cine/player';
import {
  frameOf,
  SPEEDS,
  stepped,
  USUAL_FRAME_MS,
  withEnd,
  type FrameRange,
  type Playback,
  type Speed,
} from '../cine/playback';
import { call, listen } from '../ipc';
import { useEditor } from './editor';
import { useLabels } from './labels';
import { useStudyList } from './study-list';
import { useToasts } from './toasts';

/** Pictures held while a loop plays: 100 of 640x480. */
const PICTURE_BYTES = 128 * 2 ** 20;
const FEWEST_PICTURES = 8;
const REFRESH_MS = 300;

/** `opening`: the frame the loop stopped at is not open yet. */
type Motion = 'still' | 'playing' | 'scrubbing' | 'opening';

interface OpenLoop extends Loop {
  readonly imageId: number;
}

export const useCine = defineStore('cine', () => {
  const editor = useEditor();
  const labels = useLabels();
  const list = useStudyList();
  const toasts = useToasts();

  /** Null where the open frame is the only one of its image. */
  const loop = shallowRef<OpenLoop | null>(null);
  const range = shallowRef<FrameRange>({ first: 0, last: 0 });
  const speed = ref<Speed>(1);
  const motion = ref<Motion>('still');
  /** The frame on screen while the loop moves. */
  const passing = ref(0);
  const picture = shallowRef<CinePicture | null>(null);
  /** Frames a second that playback reaches; null before that is known. */
  const reached = ref<number | null>(null);

  const frames = computed(() => loop.value?.frames ?? []);
  const moving = computed(() => motion.value !== 'still');
  watch(moving, (now) => (editor.passing = now), { flush: 'sync' });
  const playing = computed(() => motion.value === 'playing');
  /** 0-based place of the frame on screen. */
  const index = computed(() => (moving.value ? passing.value : (list.current?.frameIndex ?? 0)));
  /** Of the frame on screen. */
  const calibration = computed(() => calibrationOfFrame(loop.value?.calibration, index.value));
  const frameMs = computed(() => loop.value?.frameTimeMs ?? USUAL_FRAME_MS);
  /** Frames a second that playback should have. */
  const wanted = computed(() => (1_000 * speed.value) / frameMs.value);
  const isWhole = computed(() => range.value.first === 0 && range.value.last === frames.value.length - 1);

  // The loop ----------------------------------------------------------------------------------------------------------

  watch(
    () => [list.current?.id, list.current?.imageId] as const,
    ([, imageId]) => {
      // Another frame was chosen while the loop moved: that one is wanted, not the one passing by.
      if (motion.value === 'playing' || motion.value === 'scrubbing') halt('still');
      if (imageId === loop.value?.imageId) return;
      loop.value = null;
      if (imageId !== undefined && (list.current?.frameCount ?? 1) > 1) void load(imageId);
    },
    { immediate: true },
  );

  async function load(imageId: number): Promise<void> {
    const found = await toasts.attempt(() => call('images.loop', { imageId }));
    if (!found || list.current?.imageId !== imageId) return;
    if (found.frames.length !== frames.value.length || loop.value?.imageId !== imageId) {
      range.value = { first: 0, last: found.frames.length - 1 };
    }
    loop.value = { imageId, ...found };
  }

  let refreshing: ReturnType<typeof setTimeout> | undefined;
  listen('frames.changed', ({ frames: changed }) => {
    const open = loop.value;
    if (!open) return;
    if (!changed) {
      refreshing ??= setTimeout(() => {
        refreshing = undefined;
        if (loop.value) void load(loop.value.imageId);
      }, REFRESH_MS);
      return;
    }
    const own = changed.filter(({ imageId }) => imageId === open.imageId);
    if (own.length === 0) return;
    const now = [...open.frames];
    for (const frame of own) {
      const { id, frameIndex, sha256, maskCount } = frame;
      if (now[frameIndex]?.id === id) now[frameIndex] = { id, state: stateOf(frame), sha256, maskCount };
    }
    loop.value = { ...open, frames: now };
  });

  // What is on screen -------------------------------------------------------------------------------------------------

  /** The picture on screen where no player holds it. */
  let own: CinePicture | null = null;

  function show(frame: number, next: CinePicture): void {
    const { width, height } = next.pixels;
    const before = picture.value?.pixels;
    passing.value = frame;
    picture.value = next;
    if (before?.width !== width || before.height !== height) editor.setImage({ width, height });
    if (own !== next) own?.pixels.close();
    own = null;
  }

  function clear(): void {
    picture.value = null;
    own?.pixels.close();
    own = null;
  }

  // The picture stays until the frame it shows is open.
  watch(
    () => !moving.value && (editor.image !== null || editor.problem !== null),
    (open) => open && clear(),
  );

  const colourOf = (labelId: number): string => labels.byId(labelId)?.colour ?? '#ffffff';

  function picturesOf(at: number): Promise<CinePicture> {
    const frame = frames.value[at];
    return frame
      ? loadCinePicture(frame, colourOf, editor.filterPicture)
      : Promise.reject(new RangeError(`no frame ${at}`));
  }

  // Playing -----------------------------------------------------------------------------------------------------------

  let player: Player<CinePicture> | null = null;
  let turn = 0;

  function play(): void {
    const open = loop.value;
    if (!open) return;
    const { first, last } = range.value;
    const from = index.value < first || index.value > last ? first : index.value;
    const playback: Playback = { range: range.value, from, stepMs: frameMs.value / speed.value };
    const { widthPx, heightPx } = list.current ?? {};
    const bytes = 4 * (widthPx ?? 1_024) * (heightPx ?? 1_024);
    end();
    passing.value = frameOf(playback, 0);
    motion.value = 'playing';
    reached.value = null;
    player = new Player(
      {
        now: () => performance.now(),
        load: picturesOf,
        show,
        free: ({ pixels }) => pixels.close(),
        onUnreadable: () => void pause(),
      },
      playback,
      Math.max(FEWEST_PICTURES, Math.floor(PICTURE_BYTES / bytes)),
    );
    run();
  }

  function run(): void {
    player?.tick();
    const rate = player?.rate ?? null;
    reached.value = rate === null ? null : Math.round(rate);
    turn = requestAnimationFrame(run);
  }

  function end(): void {
    cancelAnimationFrame(turn);
    reached.value = null;
    if (!player) return;
    player.end();
    player = null;
    own = picture.value;
  }

  function halt(next: Motion): void {
    end();
    wantedFrame = null;
    motion.value = next;
    if (next === 'still') clear();
  }

  /** Stops where the loop is, and opens that frame. Resolves when it is the open one. */
  async function pause(): Promise<void> {
    if (motion.value === 'playing' || motion.value === 'scrubbing') await open(passing.value);
  }

  async function open(at: number): Promise<void> {
    const frame = frames.value[at];
    if (!frame) return;
    if (moving.value) {
      passing.value = at;
      halt('opening');
    }
    await list.goTo(() => Promise.resolve(frame.id));
    if (motion.value === 'opening') motion.value = 'still';
  }

  // Scrubbing ---------------------------------------------------------------------------------------------------------

  let wantedFrame: number | null = null;
  let scrubbing = false;

  /** Shows a frame in passing; of those asked for while one is on its way, the last. */
  async function scrub(to: number): Promise<void> {
    if (!loop.value) return;
    if (motion.value !== 'scrubbing') {
      if (!editor.toolbox.mayLeave()) return;
      halt('scrubbing');
    }
    passing.value = wantedFrame = Math.min(Math.max(to, 0), frames.value.length - 1);
    if (scrubbing) return;
    scrubbing = true;
    while (wantedFrame !== null) {
      const at: number = wantedFrame;
      wantedFrame = null;
      const loaded = await picturesOf(at).catch(() => null);
      if (!loaded) continue;
      if (motion.value !== 'scrubbing') loaded.pixels.close();
      else {
        const goal = passing.value;
        show(at, loaded);
        passing.value = goal;
        own = loaded;
      }
    }
    scrubbing = false;
  }

  // Acts --------------------------------------------------------------------------------------------------------------

  function step(by: number): void {
    void open(stepped(index.value, by, range.value));
  }

  /** What plays goes on with what was changed. */
  function again(): void {
    if (playing.value) play();
  }

  watch(() => editor.filter, again);

  function setRange(next: FrameRange): void {
    range.value = next;
    again();
  }

  function setSpeed(next: Speed): void {
    speed.value = next;
    again();
  }

  const neighbourSpeed = (by: number): Speed | undefined => SPEEDS[SPEEDS.indexOf(speed.value) + by];
  function changeSpeed(by: number): void {
    const next = neighbourSpeed(by);
    if (next !== undefined) setSpeed(next);
  }

  const acts: Partial<Record<CommandId, () => unknown>> = {
    'cine.play': () => (playing.value ? pause() : play()),
    'cine.nextFrame': () => step(1),
    'cine.previousFrame': () => step(-1),
    'cine.firstFrame': () => open(range.value.first),
    'cine.lastFrame': () => open(range.value.last),
    'cine.playFrom': () => setRange(withEnd(range.value, 'first', index.value)),
    'cine.playTo': () => setRange(withEnd(range.value, 'last', index.value)),
    'cine.playAll': () => setRange({ first: 0, last: frames.value.length - 1 }),
    'cine.faster': () => changeSpeed(1),
    'cine.slower': () => changeSpeed(-1),
  };

  function enabled(id: CommandId): boolean {
    if (!loop.value) return false;
    if (id === 'cine.playAll') return !isWhole.value;
    if (id === 'cine.faster') return neighbourSpeed(1) !== undefined;
    if (id === 'cine.slower') return neighbourSpeed(-1) !== undefined;
    return id in acts;
  }

  return {
    loop,
    frames,
    range,
    isWhole,
    speed,
    moving,
    playing,
    index,
    calibration,
    picture,
    wanted,
    reached,
    scrub,
    pause,
    setRange,
    setSpeed,
    acts,
    enabled,
    checked: (id: CommandId) => id === 'cine.play' && playing.value,
  };
});
