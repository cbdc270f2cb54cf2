/** Texts about masks carried on, interpolated and copied through a loop, in Simplified Chinese. */
import type { propagation as en } from './en-carrying';

export const propagation: typeof en = {
  title: '正在传播掩膜',
  progress: '{done} / {all}',
  done: '没有帧获得掩膜。 | 1 帧已有掩膜。 | {n} 帧已有掩膜。',
  undone: '没有可撤销的内容。 | 已在 1 帧上撤销。 | 已在 {n} 帧上撤销。',
  stopped: {
    end: '已到循环末尾。请浏览并接受或修正。',
    reviewed: '下一帧已有人工勾画或接受的掩膜。',
    drift: '下一帧图像变化过大，无法确定掩膜位置。请修正该帧后继续传播。',
    unreadable: '无法读取下一帧。',
    corrected: '修正前后传播得到的掩膜均已随之更新。',
    interpolated: '这些掩膜由前后两帧的形状插值得到，未参考中间各帧的图像。',
    'interpolated-part': '这些掩膜由前后两帧的形状插值得到；仅一帧有的掩膜，以及无法读取或他人正在编辑的帧已略去。',
    'no-keys': '请先在此帧前后各选一帧，勾画或接受此标签的掩膜。',
  },
  corrected: '此帧已修正，相邻帧仍沿用旧掩膜。',
  sure: '传播所得，置信度 {sure}',
  unsure: '传播所得，置信度仅 {sure}，请核对',
  unmeasured: '传播所得，未测置信度',
  key: '人工勾画或已接受',
};
