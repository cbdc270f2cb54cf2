/** Sizes on the open frame as texts: of what was measured by hand, and of the chosen mask; and the frame's calibration. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Measurement } from '../../shared/domain';
import { sizeOf, sizeOfMask, type MaskSize, type MeasuredSize } from '../../shared/measure';
import { useEditor } from './editor';

type Unit = MeasuredSize['unit'];

/** What is drawn over the image: a line a size. */
export interface MeasuredLine {
  readonly measured: Measurement;
  readonly size: MeasuredSize;
  readonly texts: readonly string[];
}

/** Below it, an area is told in square millimetres. */
const SQUARE_CM = 100;
/** A stroke under way is measured when it rests. */
const REST_MS = 150;

export const useMeasurements = defineStore('measurements', () => {
  const { t, n } = useI18n({ useScope: 'global' });
  const editor = useEditor();
  const calibration = computed(() => editor.frame?.calibration ?? null);

  const length = (value: number, unit: Unit): string =>
    t(`measure.length.${unit}`, { n: n(value, digits(unit === 'mm' ? 1 : 0)) });
  function surface(value: number, unit: Unit): string {
    if (unit === 'px') return t('measure.surface.px', { n: n(value, digits(0)) });
    const inCm = value >= SQUARE_CM;
    return inCm
      ? t('measure.surface.cm', { n: n(value / 100, digits(2)) })
      : t('measure.surface.mm', { n: n(value, digits(1)) });
  }

  function lineOf(measured: Measurement): MeasuredLine {
    const size = sizeOf(measured, calibration.value);
    const { unit, ellipse } = size;
    const long = length(size.length, unit);
    if (!ellipse) return { measured, size, texts: [long] };
    const axes = t('measure.axes', { a: long, b: length(ellipse.shorterAxis, unit) });
    const around = t('measure.around', { length: length(ellipse.circumference, unit) });
    return { measured, size, texts: [axes, around, surface(ellipse.area, unit)] };
  }

  const lines = computed((): MeasuredLine[] => editor.measurements.map(lineOf));

  const mask = shallowRef<MaskSize | null>(null);
  function measureMask(): void {
    const active = editor.editor.document?.active;
    mask.value = active?.shown && !active.pending ? sizeOfMask(active.pixels, calibration.value) : null;
  }
  let resting: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => [editor.frame?.id, editor.instances, calibration.value] as const,
    ([id], before) => {
      if (id !== before?.[0]) mask.value = null;
      clearTimeout(resting);
      resting = setTimeout(measureMask, REST_MS);
    },
    { immediate: true },
  );

  /** Every size of the chosen mask, as text. */
  const maskSizes = computed(() => {
    if (!mask.value) return [];
    const { unit, measures } = mask.value;
    return [
      { name: t('measure.area'), text: surface(measures.area, unit) },
      { name: t('measure.perimeter'), text: length(measures.perimeter, unit) },
      { name: t('measure.maxDiameter'), text: length(measures.maxDiameter, unit) },
      { name: t('measure.minDiameter'), text: length(measures.minDiameter, unit) },
      { name: t('measure.circumference'), text: length(measures.ellipsePerimeter, unit) },
    ];
  });

  /** What the mask looks like, drawn while something is being measured: at other times its outline is what matters. */
  const maskEllipse = computed(() =>
    editor.tool === 'caliper' || editor.tool === 'ellipse' ? (mask.value?.ellipsePx ?? null) : null,
  );

  function remove(index: number): void {
    editor.editor.setMeasurements(editor.measurements.filter((_, at) => at !== index));
  }

  return { calibration, lines, lineOf, mask, maskEllipse, maskSizes, remove };
});

function digits(count: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: count, maximumFractionDigits: count };
}
