/** Texts about the brush in Simplified Chinese. */
import type { brush as en } from './en-brush';

export const brush: typeof en = {
  options: '画笔选项',
  range: '仅限灰度',
  rangeHint: '按存储图像的灰度计算，与屏幕上的亮度和对比度无关。图像上会标出范围内的像素。',
  low: '最低灰度',
  high: '最高灰度',
  where: '绘制范围',
  anywhere: '不限',
  outside: '避开其他标签',
  inside: '仅在“{label}”内',
  limited: '灰度 {low}–{high}',
};
