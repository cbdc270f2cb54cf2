/** Texts about changing keys, in Simplified Chinese. */
import type { keys as english } from './en-keys';

export const keys: typeof english = {
  title: '更改按键',
  search: '搜索命令或按键',
  nothing: '没有此名称或按键的命令。',
  preset: '操作键盘的手',
  presets: { standard: '左手或双手', 'left-handed': '右手' },
  presetHint: {
    standard: '按键按其在键盘上的位置生效，与键盘语言无关。',
    'left-handed': '适合左手用鼠标：工具键位于右手下方。小键盘 + 为接受并继续，− 为拒绝并继续。',
  },
  pedals: '脚踏开关等同于按键：在提示按键时踩下即可。F13 和 F14 已设为接受或拒绝并继续。',
  add: '为“{command}”添加按键',
  replace: '“{command}”的按键 {key}：点击更改',
  remove: '从“{command}”移除按键 {key}',
  reset: '恢复“{command}”的默认按键',
  resetAll: '全部恢复默认',
  resetAllSure: '放弃所有更改过的按键？',
  press: '请按键…',
  none: '无按键',
  hasCommand: '{key} 已用于“{owner}”，改用后它将失去此按键。',
  hasLabel: '{key} 用于选择标签“{owner}”，改用后该标签将没有按键。',
  take: '用于此处',
  reserved: '{key} 不能改作他用。',
  lostTo: '此按键现用于“{command}”，请为标签另选按键。',
  labelsLost: '以下标签的按键现已用于命令：{names}',
  labelsLostAdvice: '请在标签列表中为其另选按键。',
};
