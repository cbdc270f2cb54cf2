/** A chart with its title and legend as a PNG file, at a size of its own whatever the window's. */
import uPlot from 'uplot';
import type { Chart } from '../../dashboard/charts';
import { PALETTES } from '../../theme';
import type { Theme } from '../../../shared/ipc';
import { dataOf, optionsOf } from './chart-options';

const [WIDTH, HEIGHT] = [1_280, 560];
const FONT_PX = 16;
const MARGIN = 24;
const HEAD = 84;

export async function pictureOf(chart: Chart, theme: Theme): Promise<Uint8Array<ArrayBuffer>> {
  const fontFamily = getComputedStyle(document.body).fontFamily;
  const drawn = document.createElement('div');
  const look = { width: WIDTH - 2 * MARGIN, height: HEIGHT - HEAD - MARGIN, theme, fontPx: FONT_PX, fontFamily };
  const plot = new uPlot(optionsOf(chart, look), dataOf(chart), drawn);
  try {
    // uPlot draws in a microtask.
    await new Promise((resolve) => setTimeout(resolve));
    const ratio = plot.ctx.canvas.width / look.width;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.round(WIDTH * ratio), Math.round(HEIGHT * ratio)];
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    context.scale(ratio, ratio);
    const colours = PALETTES[theme];
    context.fillStyle = colours.raised;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = colours.text;
    context.font = `600 ${FONT_PX + 4}px ${fontFamily}`;
    context.fillText(chart.title, MARGIN, 38);
    drawLegend(context, chart, theme, fontFamily);
    context.drawImage(plot.ctx.canvas, MARGIN, HEAD, look.width, look.height);
    return await pngOf(canvas);
  } finally {
    plot.destroy();
  }
}

function drawLegend(context: CanvasRenderingContext2D, { series }: Chart, theme: Theme, fontFamily: string): void {
  const colours = PALETTES[theme];
  context.font = `${FONT_PX - 2}px ${fontFamily}`;
  let x = MARGIN;
  for (const { name, colour } of series) {
    context.fillStyle = colours[colour];
    context.fillRect(x, 54, 14, 14);
    context.fillStyle = colours.textMuted;
    context.fillText(name, x + 20, 66);
    x += 44 + context.measureText(name).width;
  }
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the picture could not be encoded');
  return new Uint8Array(await blob.arrayBuffer());
}
