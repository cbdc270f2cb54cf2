/** Agreement of two masks: what other rooms may use. */
export { blandAltman, type BlandAltman } from './bland-altman';
export { dice, diceOfRuns, iou } from './overlap';
export { spread, type Spread } from './spread';
export { assd, hd95, surfaceDistance, type SurfaceDistance } from './surface';
