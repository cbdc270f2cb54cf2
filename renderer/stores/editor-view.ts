/** How the image and its masks are shown: zoom, look, opacity. Kept from frame to frame; never part of the work. */
import { computed, ref, shallowRef, type Ref } from 'vue';
import type { ColourImage } from '../../shared/image';
import {
  actualPixels,
  fit,
  lookTable,
  NEUTRAL_LOOK,
  panBy,
  visiblePart,
  withRange,
  zoomAt,
  type Point,
  type Size,
  type Viewport,
} from '../canvas';
import { brushView } from './brush-view';
import { filterView } from './filter-view';
import { lookView } from './look-view';

const ZOOM_STEP = 1.25;
const OPACITY_STEP = 0.1;
const BRUSH_STEP = 1.2;
/** Of the vertices of an outline: image pixels. */
const TOLERANCES_PX = [0, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24];
const FIRST_TOLERANCE_PX = 1.5;
const BRUSH_RADIUS = { least: 0.5, most: 250, first: 12 } as const;

/** @param samples of the open frame; null while there is none */
export function editorView(samples: Readonly<Ref<ColourImage | null>>) {
  const look = lookView(samples);
  const filters = filterView(samples);
  const image = shallowRef<Size>({ width: 1, height: 1 });
  const screen = shallowRef<Size>({ width: 1, height: 1 });
  const viewport = shallowRef<Viewport>({ scale: 1, offsetX: 0, offsetY: 0, fitted: true });
  /** Frames of a loop pass by while none is open: they are looked at like one that is. */
  const passing = ref(false);
  const masksVisible = ref(true);
  const outlinesOnly = ref(false);
  const measurementsVisible = ref(true);
  const rulersVisible = ref(false);
  const minimapVisible = ref(true);
  const opacity = ref(0.4);
  const hoverPreview = ref(true);
  const outlineTolerancePx = ref(FIRST_TOLERANCE_PX);
  const brushRadiusPx = ref<number>(BRUSH_RADIUS.first);
  const brush = brushView();
  /** The look, and while a range of grey levels is chosen for the brush, that range. */
  const shownLook = computed(() => {
    const range = look.coloured.value ? null : brush.shownRange.value;
    return range ? withRange(look.lookTable.value ?? lookTable(NEUTRAL_LOOK, false), range) : look.lookTable.value;
  });

  /** A frame of the same size keeps the zoom: the next one of a loop is looked at in the same place. */
  function setImage(size: Size): void {
    const same = size.width === image.value.width && size.height === image.value.height;
    image.value = size;
    if (!same || viewport.value.fitted) fitImage();
  }

  function setScreen(size: Size): void {
    screen.value = size;
    if (viewport.value.fitted) fitImage();
  }

  const middle = (): Point => ({ x: screen.value.width / 2, y: screen.value.height / 2 });
  const fitImage = (): void => void (viewport.value = fit(image.value, screen.value));
  const zoom = (factor: number, at: Point = middle()): void =>
    void (viewport.value = zoomAt(viewport.value, at, factor));
  const pan = (dx: number, dy: number): void =>
    void (viewport.value = panBy(viewport.value, dx, dy, image.value, screen.value));
  const showActualPixels = (): void =>
    void (viewport.value = actualPixels(viewport.value, screen.value, window.devicePixelRatio));

  function resetDisplay(): void {
    look.resetLook();
    filters.filter.value = 'none';
  }

  function changeOpacity(steps: number): void {
    opacity.value = Math.min(1, Math.max(0, Math.round((opacity.value + steps * OPACITY_STEP) * 100) / 100));
  }

  function resizeBrush(steps: number): void {
    const radius = brushRadiusPx.value * BRUSH_STEP ** steps;
    // At least half a pixel more or less, so that small brushes change too.
    const change = Math.sign(steps) * Math.max(Math.abs(radius - brushRadiusPx.value), 0.5);
    const rounded = Math.round((brushRadiusPx.value + change) * 2) / 2;
    brushRadiusPx.value = Math.min(BRUSH_RADIUS.most, Math.max(BRUSH_RADIUS.least, rounded));
  }

  /** @param steps positive: further from the outline, so with fewer vertices */
  function changeTolerance(steps: number): void {
    const at = TOLERANCES_PX.indexOf(outlineTolerancePx.value) + steps;
    outlineTolerancePx.value = TOLERANCES_PX[at] ?? outlineTolerancePx.value;
  }

  return {
    imageSize: image,
    screen,
    viewport,
    /** Only a part of the image is on screen. */
    zoomedIn: computed(() => {
      const { width, height } = visiblePart(viewport.value, image.value, screen.value);
      return width < image.value.width - 1 || height < image.value.height - 1;
    }),
    rulersVisible,
    minimapVisible,
    ...look,
    ...filters,
    /** Everything about the look as it is at first. */
    resetDisplay,
    shownLook,
    brush,
    passing,
    masksVisible,
    outlinesOnly,
    measurementsVisible,
    opacity,
    hoverPreview,
    brushRadiusPx,
    outlineTolerancePx,
    changeTolerance,
    setImage,
    setScreen,
    fitImage,
    zoomIn: (): void => zoom(ZOOM_STEP),
    zoomOut: (): void => zoom(1 / ZOOM_STEP),
    zoom,
    pan,
    showActualPixels,
    changeOpacity,
    resizeBrush,
  };
}

export type EditorView = ReturnType<typeof editorView>;

/** What tools ask of it. */
export function viewForTools({ brushRadiusPx, outlineTolerancePx, resetDisplay }: EditorView) {
  return {
    brushRadiusPx: () => brushRadiusPx.value,
    outlineTolerancePx: () => outlineTolerancePx.value,
    resetWindowing: resetDisplay,
  };
}
