/**
 * labelme and X-AnyLabeling: one JSON a frame with `shapes`. Polygons, rectangles, circles, rotated boxes and labelme's own
 * pixel masks; shapes of one label and group are one mask. Coordinates are image coordinates; a pixel belongs to a polygon
 * that holds its centre. Points and lines are no areas.
 */
import { z } from 'zod';
import { shortText, sizePx } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import { emptyMask, rasterizePolygon, union, type Mask } from '../../../shared/mask';
import type { FoundMask, MaskReader } from '../found-mask';
import { decodeValues } from './png';

const point = z.tuple([z.number(), z.number()]).rest(z.unknown());
const shape = z.object({
  label: shortText,
  points: z.array(point).max(1_000_000),
  shape_type: z.string().max(50).default('polygon'),
  group_id: z.union([z.int(), z.string().max(200)]).nullish(),
  mask: z.string().nullish(),
});
const labelme = z.object({
  imagePath: z.string().max(4_096).nullish(),
  imageHeight: sizePx.nullish(),
  imageWidth: sizePx.nullish(),
  shapes: z.array(z.unknown()).max(100_000),
});
type Shape = z.infer<typeof shape>;

const CIRCLE_CORNERS = 360;

export function isLabelme(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'shapes' in json;
}

export const readLabelme =
  (json: unknown): MaskReader =>
  async ({ path, relativePath }, { problem }) => {
    const parsed = labelme.safeParse(json);
    if (!parsed.success) throw new AppError('format-corrupt', path, `${path}: ${z.prettifyError(parsed.error)}`);
    const { shapes, imageWidth, imageHeight } = parsed.data;
    const groups = new Map<string, Shape[]>();
    for (const [i, each] of shapes.entries()) {
      const checked = shape.safeParse(each);
      if (!checked.success || !AREAS.has(checked.data.shape_type) || checked.data.points.length < 2) {
        problem('unsupported', `shape ${i + 1}: ${checked.success ? checked.data.shape_type : 'malformed'}`);
        continue;
      }
      const { label, group_id: group } = checked.data;
      const key = group === null || group === undefined ? `#${i}` : `${typeof group}:${group}:${label}`;
      groups.set(key, [...(groups.get(key) ?? []), checked.data]);
    }
    const size = imageWidth && imageHeight ? ([imageWidth, imageHeight] as const) : undefined;
    return [...groups.values()].map((parts): FoundMask => {
      const draw = (widthPx: number, heightPx: number): Mask =>
        parts.map((part) => drawn(part, widthPx, heightPx, path)).reduce(union);
      return { image: relativePath, ...(size && { size }), label: parts[0]?.label ?? null, draw };
    });
  };

const AREAS: ReadonlySet<string> = new Set(['polygon', 'rectangle', 'rotation', 'circle', 'mask']);

function drawn({ shape_type: kind, points, mask }: Shape, widthPx: number, heightPx: number, path: string): Mask {
  const corners = points.map(([x, y]) => [x, y] as const);
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = corners;
  if (kind === 'mask') return pasted(mask, Math.round(x0), Math.round(y0), widthPx, heightPx, path);
  if (kind === 'rectangle' && points.length === 2) {
    return rasterizePolygon([[x0, y0, x1, y0, x1, y1, x0, y1]], widthPx, heightPx);
  }
  if (kind === 'circle') {
    const radius = Math.hypot(x1 - x0, y1 - y0);
    const turns = Array.from({ length: CIRCLE_CORNERS }, (_, i) => (2 * Math.PI * i) / CIRCLE_CORNERS);
    const ring = turns.flatMap((turn) => [x0 + radius * Math.cos(turn), y0 + radius * Math.sin(turn)]);
    return rasterizePolygon([ring], widthPx, heightPx);
  }
  return rasterizePolygon([corners.flat()], widthPx, heightPx);
}

/** labelme's mask: a PNG of the box whose first corner is given. */
function pasted(png: string | null | undefined, left: number, top: number, w: number, h: number, path: string): Mask {
  const part = decodeValues(Buffer.from(png ?? '', 'base64'), path);
  const mask = emptyMask(w, h);
  for (let y = Math.max(0, top); y < Math.min(h, top + part.heightPx); y++) {
    for (let x = Math.max(0, left); x < Math.min(w, left + part.widthPx); x++) {
      if (part.data[(y - top) * part.widthPx + x - left] !== 0) mask.data[y * w + x] = 1;
    }
  }
  return mask;
}
