/** A line chart as SVG, legible on white and on black. */

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  /** Marked on the axes. */
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [640, 360];
const PLOT = { left: 60, top: 40, right: 490, bottom: 310 };
/** Okabe and Ito's palette, which colour-blind readers can tell apart. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#888888'];
const DASHES = ['', '8 3', '2 3', '10 3 2 3', '5 2', '1 4'];

/** x is on a square-root scale: the first corrections are where most happens. */
export function curvePicture({ title, xName, yName, xTicks, yTicks, lines }: Chart): string {
  const [xMax, yMin, yMax] = [Math.max(...xTicks), Math.min(...yTicks), Math.max(...yTicks)];
  const x = (value: number): number => PLOT.left + Math.sqrt(value / xMax) * (PLOT.right - PLOT.left);
  const y = (value: number): number => PLOT.bottom - ((value - yMin) / (yMax - yMin)) * (PLOT.bottom - PLOT.top);
  const text = (at: readonly [number, number], anchor: string, words: string): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}">${words}</text>`;
  const grid = yTicks.flatMap((tick) => [
    `<path d="M${PLOT.left} ${y(tick).toFixed(1)}H${PLOT.right}" stroke="#888" stroke-opacity="0.4"/>`,
    text([PLOT.left - 8, y(tick) + 4], 'end', String(tick)),
  ]);
  const drawn = lines.flatMap(({ name, points }, i) => {
    const path = points.map(([px, py], k) => `${k === 0 ? 'M' : 'L'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join('');
    const look = `fill="none" stroke="${COLOURS[i]}" stroke-width="2" stroke-dasharray="${DASHES[i]}"`;
    const row = PLOT.top + 20 * i;
    return [
      `<path d="${path}" ${look}/>`,
      `<path d="M${PLOT.right + 15} ${row}h30" ${look}/>`,
      text([PLOT.right + 52, row + 4], 'start', name),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#777">`,
    `<title>${title}</title>`,
    text([PLOT.left, 22], 'start', title),
    ...grid,
    ...xTicks.map((tick) => text([x(tick), PLOT.bottom + 18], 'middle', String(tick))),
    text([(PLOT.left + PLOT.right) / 2, PLOT.bottom + 38], 'middle', xName),
    `<text x="16" y="${(PLOT.top + PLOT.bottom) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(PLOT.top + PLOT.bottom) / 2})">${yName}</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
