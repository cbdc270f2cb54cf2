/** How the image looks on screen: window, gamma, colours. For the eye alone; kept from frame to frame and remembered. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import type { CommandId } from '../../shared/commands';
import type { ColourImage } from '../../shared/image';
import {
  COLOUR_MAPS,
  dragged,
  GAMMA,
  isNeutral,
  lookTable,
  NEUTRAL,
  NEUTRAL_LOOK,
  PRESETS,
  windowOf,
  type ColourMap,
  type Look,
  type Preset,
  type Windowing,
} from '../canvas';

/** @param image the open frame's; null while there is none */
export function lookView(image: Readonly<Ref<ColourImage | null>>) {
  const windowing = shallowRef<Windowing>(NEUTRAL_LOOK.windowing);
  const gamma = ref<number>(NEUTRAL_LOOK.gamma);
  const colours = ref<ColourMap>(NEUTRAL_LOOK.colours);
  /** Of the last frame that was open: while its loop passes by there is none. */
  const coloured = ref(false);
  watch(image, (now) => now && (coloured.value = now.rgb !== undefined), { flush: 'sync' });

  // As two numbers, which is how they are remembered.
  const level = computed({
    get: () => windowing.value.level,
    set: (now) => (windowing.value = { ...windowing.value, level: now }),
  });
  const width = computed({
    get: () => windowing.value.width,
    set: (now) => (windowing.value = { ...windowing.value, width: Math.max(now, 1) }),
  });
  const look = computed((): Look => ({ windowing: windowing.value, gamma: gamma.value, colours: colours.value }));
  /** Null: the samples as they are. */
  const table = computed(() => (isNeutral(look.value) ? null : lookTable(look.value, coloured.value)));

  const setWindowing = (now: Windowing): void => void (windowing.value = now);
  function setGamma(now: number): void {
    gamma.value = Math.round(Math.min(GAMMA.most, Math.max(GAMMA.least, now)) * 10) / 10;
  }
  const windows = computed(() => PRESETS.map((name) => ({ name, window: windowOf(name, image.value) })));
  const usePreset = (preset: Preset): void => setWindowing(windowOf(preset, image.value));
  /** Which preset the window is now; null where it was dragged. */
  const preset = computed((): Preset | null => {
    const { level: at, width: wide } = windowing.value;
    return windows.value.find(({ window }) => window.level === at && window.width === wide)?.name ?? null;
  });

  function resetLook(): void {
    setWindowing(NEUTRAL);
    gamma.value = NEUTRAL_LOOK.gamma;
    colours.value = NEUTRAL_LOOK.colours;
  }

  const lookActs: Partial<Record<CommandId, () => unknown>> = {
    'display.brighter': () => setGamma(gamma.value + GAMMA.step),
    'display.darker': () => setGamma(gamma.value - GAMMA.step),
    ...Object.fromEntries(PRESETS.map((name) => [`display.${name}`, () => usePreset(name)])),
    ...Object.fromEntries(COLOUR_MAPS.map((name) => [`display.${name}`, () => (colours.value = name)])),
  };

  return {
    look,
    lookTable: table,
    level,
    width,
    gamma,
    colours,
    coloured,
    preset,
    setGamma,
    usePreset,
    dragWindowing: (dx: number, dy: number): void => setWindowing(dragged(windowing.value, dx, dy)),
    resetLook,
    lookActs,
    lookChecked: (id: CommandId): boolean => id === `display.${colours.value}`,
  };
}
