/**
 * Which filter the image is seen through, and the filtered picture of the open frame. For the eye alone: `image` stays
 * what every mask and every request is made of.
 */
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import type { CommandId } from '../../shared/commands';
import { FILTERS, type ColourImage, type Filter } from '../../shared/image';
import { ImageFilters } from '../canvas';

/** @param image the open frame's; null while there is none */
export function filterView(image: Readonly<Ref<ColourImage | null>>) {
  const filters = new ImageFilters();
  const filter = ref<Filter>('none');
  const filtered = shallowRef<ImageBitmap | null>(null);

  watch(
    [image, filter] as const,
    async ([now, name]) => {
      filtered.value = now && name !== 'none' ? filters.atHand(now, name) : null;
      if (!now || name === 'none' || filtered.value) return;
      const made = await filters.frame(now, name);
      if (image.value === now && filter.value === name) filtered.value = made;
    },
    // With the image: no filtered picture is ever on screen with the masks of another frame.
    { flush: 'sync' },
  );

  return {
    filter,
    /** What is to be shown instead of `image`; null: `image` itself. */
    filtered,
    filtering: computed(() => filter.value !== 'none' && image.value !== null && filtered.value === null),
    /** Makes ready what is likely to be shown next. */
    prepare: (next: ColourImage): void => {
      if (filter.value !== 'none') void filters.frame(next, filter.value);
    },
    /** A picture of a loop as it is to be seen; `source` is used up. */
    async filterPicture(source: ImageBitmap): Promise<{ pixels: ImageBitmap; filter: Filter } | null> {
      const name = filter.value;
      const pixels = name === 'none' ? source : await filters.picture(source, name);
      return pixels && { pixels, filter: name };
    },
    filterActs: Object.fromEntries(
      FILTERS.map((name) => [`display.filter.${name}`, () => (filter.value = name)]),
    ) as Partial<Record<CommandId, () => unknown>>,
    filterChecked: (id: CommandId): boolean => id === `display.filter.${filter.value}`,
  };
}
