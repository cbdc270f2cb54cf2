/** Texts about how image and masks are shown in Simplified Chinese. */
import type { display as english } from './en-display';

export const display: typeof english = {
  title: '显示',
  opacity: '掩膜不透明度',
  outlines: '仅轮廓',
  visible: '显示掩膜',
  resize: '侧栏宽度',
  look: '图像',
  reset: '重置',
  window: '窗宽窗位',
  own: '自定义',
  preset: {
    full: '全范围',
    auto: '自动',
    soft: '柔和',
    contrast: '高对比度',
    dark: '暗区',
  },
  gamma: '伽马',
  colours: '色彩',
  colour: {
    grey: '灰阶',
    inverted: '反转灰阶',
    sepia: '棕褐',
    viridis: 'Viridis（紫绿黄）',
    magma: 'Magma（黑紫黄）',
  },
  filters: '滤波',
  filter: {
    none: '无',
    clahe: '局部对比度 (CLAHE)',
    lee: '斑点抑制 (Lee)',
    median: '中值',
  },
  filteredView: '滤波视图：{filter}',
  filtering: '正在滤波…',
  filteredHint: '仅用于观看。掩膜、测量、导出和模型均使用文件中的原始图像。',
  minimap: '图像概览：点击或按方向键移动视图',
  beside: {
    title: '对比帧',
    pin: '固定当前帧',
    close: '结束对比',
    hint: '此帧将保留在这里。转到另一帧即可对比。',
  },
  grid: {
    title: '各帧',
    hint: 'Enter 打开，Shift+Enter 对比，Esc 关闭',
  },
  second: '与主窗口相同的图像',
  secondEmpty: '主窗口中未打开任何帧。',
  colouredHint: '此图像本身带有颜色，将予以保留。',
};
