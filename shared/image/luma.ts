/** Grey of a colour: ITU-R 601 luma in Pillow's fixed point (`src/libImaging/Convert.c`, L24). Grey stays as it is. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
