/** Agreement of two masks: what other rooms may use. */
export { dice, iou } from './overlap';
export { assd, hd95 } from './surface';
