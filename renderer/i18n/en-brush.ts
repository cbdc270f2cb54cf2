/** Texts about the brush in English. */
export const brush = {
  options: 'Brush options',
  range: 'Only grey levels',
  rangeHint:
    'Of the stored image, whatever its brightness and contrast on screen. The image shows what is in the range.',
  low: 'Darkest grey level',
  high: 'Brightest grey level',
  where: 'Paints',
  anywhere: 'anywhere',
  outside: 'not over other labels',
  inside: 'only inside {label}',
  limited: 'grey levels {low}–{high}',
};
