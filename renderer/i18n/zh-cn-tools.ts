/** 各工具的一行用法提示（简体中文）。 */
import type { sides as englishSides, toolHint as english, vertices as englishVertices } from './en-tools';

export const toolHint: typeof english = {
  select: '单击掩膜即可选中。双击恢复默认亮度和对比度。',
  point: '左键单击添加，右键单击或按住 Alt 单击去除。',
  scribble: '在目标上涂画；用右键或按住 Alt 涂画不属于目标的部分。每一笔最多成为 8 个点。',
  box: '拖出一个框，框住要勾画的目标。',
  brush: '拖动绘制；按住 Alt 擦除。Ctrl + 滚轮调整大小。',
  eraser: '拖动擦除；按住 Alt 绘制。Ctrl + 滚轮调整大小。',
  polygon: '逐点单击；Enter 闭合，Backspace 撤回一点。按住 Alt 开始则为去除。',
  lasso: '按住拖动，圈出属于目标的部分；松开即闭合。按住 Alt 开始则为去除。',
  livewire: '沿边缘单击，线条自动贴合；Enter 闭合，Backspace 撤回一个锚点。按住 Alt 开始则为去除。',
  push: '在所选掩膜内按下并拖动可将轮廓向外推，在外部按下则向内推。Ctrl + 滚轮调整大小。',
  vertices: '拖动顶点；拖动边的中点可新增顶点。按住 Alt 单击或按 Delete 移除顶点。',
  caliper: '拖出一条线，或单击两个端点。拖动端点可移动。',
  ellipse: '拖出第一条轴，再单击确定另一条轴的端点。',
};

export const sides: typeof englishSides = {
  title: '单击或涂画的作用',
  add: '添加',
  takeAway: '去除',
};

export const vertices: typeof englishVertices = {
  count: '{n} 个顶点',
  errorPx: '与轮廓最多相差 {px} px',
  errorMm: '与轮廓最多相差 {px} px（{mm} mm）',
};
