/** Texts that main itself shows: the menu's system items and the system's dialogs. Command names are in shared. */
import type { Translated } from '../../shared/language';

const texts = {
  openRecent: { en: 'Open Recent', 'zh-CN': '最近的项目' },
  clearRecent: { en: 'Clear List', 'zh-CN': '清除列表' },
  noRecent: { en: 'None', 'zh-CN': '无' },
  quit: { en: 'Quit', 'zh-CN': '退出' },
  hide: { en: 'Hide SonoMask', 'zh-CN': '隐藏 SonoMask' },
  hideOthers: { en: 'Hide Others', 'zh-CN': '隐藏其他' },
  showAll: { en: 'Show All', 'zh-CN': '全部显示' },
  cut: { en: 'Cut', 'zh-CN': '剪切' },
  copy: { en: 'Copy', 'zh-CN': '复制' },
  paste: { en: 'Paste', 'zh-CN': '粘贴' },
  selectAll: { en: 'Select All', 'zh-CN': '全选' },
  language: { en: 'Language', 'zh-CN': '语言' },
  systemLanguage: { en: 'System', 'zh-CN': '跟随系统' },
  theme: { en: 'Theme', 'zh-CN': '主题' },
  dark: { en: 'Dark', 'zh-CN': '深色' },
  light: { en: 'Light', 'zh-CN': '浅色' },
  developerTools: { en: 'Developer Tools', 'zh-CN': '开发者工具' },
  openFolder: { en: 'Open a folder of images', 'zh-CN': '打开图像文件夹' },
  openFiles: { en: 'Open images', 'zh-CN': '打开图像' },
  openProject: { en: 'Open a project (.sonomask folder)', 'zh-CN': '打开项目（.sonomask 文件夹）' },
  chooseExportFolder: { en: 'Export to a folder', 'zh-CN': '导出到文件夹' },
  chooseImport: { en: 'Import masks', 'zh-CN': '导入掩膜' },
  masks: { en: 'Masks', 'zh-CN': '掩膜' },
  saveHead: { en: 'Save the version as a file', 'zh-CN': '将版本保存为文件' },
  openHead: { en: 'Import a version', 'zh-CN': '导入版本' },
  saveChart: { en: 'Save the chart as a file', 'zh-CN': '将图表保存为文件' },
  png: { en: 'PNG picture', 'zh-CN': 'PNG 图片' },
  csv: { en: 'CSV table', 'zh-CN': 'CSV 表格' },
  heads: { en: 'Head versions', 'zh-CN': '模型头版本' },
  images: { en: 'Images', 'zh-CN': '图像' },
  allFiles: { en: 'All files', 'zh-CN': '所有文件' },
} as const satisfies Record<string, Translated>;

export const TEXTS: Readonly<Record<keyof typeof texts, Translated>> = texts;
