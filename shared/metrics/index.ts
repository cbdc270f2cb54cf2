/** Agreement of two masks: what other rooms may use. */
export { dice, diceOfRuns, iou } from './overlap';
export { assd, hd95 } from './surface';
