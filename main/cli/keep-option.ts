/** What of a picture is kept where the rest is blanked: --blank and --keep. */
import type { Keep, Rectangle } from '../deidentify';
import { type Arguments, parseNumber, usage } from './arguments';

/** @throws AppError `usage` */
export function keepOf(args: Arguments): Keep {
  const rectangles = args.text('keep');
  if (rectangles === undefined) return args.flag('blank') ? 'regions' : 'everything';
  if (args.flag('blank'))
    throw usage('--keep', '--blank keeps the regions of each file, --keep the same pixels in all');
  const parts = rectangles.split(';').filter((part) => part.trim() !== '');
  if (parts.length === 0) throw usage('--keep', '--keep names no rectangle');
  return parts.map(rectangleOf);
}

function rectangleOf(part: string): Rectangle {
  const [x0, y0, x1, y1, ...rest] = part.split(',').map((value) => parseNumber('--keep', value));
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined || rest.length > 0) {
    throw usage('--keep', `--keep: "${part}" is not of the form x0,y0,x1,y1`);
  }
  const isWhole = [x0, y0, x1, y1].every((value) => Number.isInteger(value) && value >= 0);
  if (!isWhole || x0 >= x1 || y0 >= y1) {
    throw usage('--keep', `--keep: "${part}": whole pixels, x0 left of x1 and y0 above y1`);
  }
  return { x0, y0, x1, y1 };
}
