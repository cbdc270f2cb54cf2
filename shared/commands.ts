/**
 * Every command of the interface as data: its name in each language, its menu and the shortcuts it has until the user
 * changes them (`keymap.ts` tells which it has now; `shortcut.ts` how they are written). The native menu, the key
 * bindings, the palette and the shortcut sheet are all made from this list. What a command does is not here.
 */
import type { Translated } from './language';

export const MENUS = [
  { id: 'file', title: { en: 'File', 'zh-CN': '文件' } },
  { id: 'edit', title: { en: 'Edit', 'zh-CN': '编辑' } },
  { id: 'view', title: { en: 'View', 'zh-CN': '视图' } },
  { id: 'display', title: { en: 'Display', 'zh-CN': '显示' } },
  { id: 'tool', title: { en: 'Tools', 'zh-CN': '工具' } },
  { id: 'mask', title: { en: 'Mask', 'zh-CN': '掩膜' } },
  { id: 'cine', title: { en: 'Cine', 'zh-CN': '电影回放' } },
  { id: 'review', title: { en: 'Review', 'zh-CN': '审阅' } },
  { id: 'learn', title: { en: 'Learning', 'zh-CN': '学习' } },
  { id: 'go', title: { en: 'Go', 'zh-CN': '转到' } },
  { id: 'help', title: { en: 'Help', 'zh-CN': '帮助' } },
] as const satisfies readonly { id: string; title: Translated }[];

export type MenuId = (typeof MENUS)[number]['id'];

/** `toggle` can be on or off; of the `choice` commands of one group exactly one is on. */
export type CommandKind = 'action' | 'toggle' | 'choice';

export interface Command<Id extends string = string> {
  readonly id: Id;
  readonly menu: MenuId;
  /** Commands of one group stand together, with a separator before the next group. */
  readonly group: number;
  readonly kind: CommandKind;
  readonly title: Translated;
  /** Before any preset or change of the user's; ask a `Keymap` for those in effect. */
  readonly defaultShortcuts: readonly string[];
}

function row<const Id extends string>(
  menu: MenuId,
  group: number,
  id: Id,
  en: string,
  zh: string,
  defaultShortcuts: readonly string[],
  kind: CommandKind = 'action',
): Command<Id> {
  return { id, menu, group, kind, title: { en, 'zh-CN': zh }, defaultShortcuts };
}

/** In menu order. */
export const COMMANDS = [
  row('file', 1, 'study.openFolder', 'Open Folder…', '打开文件夹…', ['CmdOrCtrl+O']),
  row('file', 1, 'study.openFiles', 'Open Files…', '打开文件…', ['CmdOrCtrl+Alt+O']),
  row('file', 1, 'study.openSample', 'Open Sample Study', '打开示例检查', []),
  row('file', 1, 'pacs.fetch', 'Studies From PACS…', '从 PACS 获取检查…', []),
  row('file', 2, 'project.open', 'Open Project…', '打开项目…', ['CmdOrCtrl+Shift+O']),
  row('file', 2, 'team.open', 'Open Team Project…', '打开团队项目…', []),
  row('file', 2, 'project.close', 'Close Project', '关闭项目', ['CmdOrCtrl+Shift+W']),
  row('file', 2, 'project.backups', 'Backups…', '备份…', []),
  row('file', 2, 'project.verify', 'Check the Project…', '检查项目…', []),
  row('file', 3, 'import.open', 'Import Masks…', '导入掩膜…', ['CmdOrCtrl+I']),
  row('file', 3, 'export.open', 'Export…', '导出…', ['CmdOrCtrl+E']),
  row('file', 3, 'pacs.send', 'Send Masks to PACS…', '将掩膜发送到 PACS…', []),
  row('file', 4, 'file.describe', 'About This File…', '文件信息…', ['CmdOrCtrl+D']),
  row('file', 4, 'settings.open', 'Settings…', '设置…', ['CmdOrCtrl+,']),
  row('file', 4, 'pacs.servers', 'PACS Servers…', 'PACS 服务器…', []),
  row('file', 4, 'settings.keys', 'Change Keys…', '更改按键…', []),

  row('edit', 1, 'edit.undo', 'Undo', '撤销', ['CmdOrCtrl+Z']),
  row('edit', 1, 'edit.redo', 'Redo', '重做', ['CmdOrCtrl+Shift+Z', 'CmdOrCtrl+Y']),

  row('view', 1, 'view.zoomIn', 'Zoom In', '放大', ['CmdOrCtrl+=', '=']),
  row('view', 1, 'view.zoomOut', 'Zoom Out', '缩小', ['CmdOrCtrl+-', '-']),
  row('view', 1, 'view.fit', 'Fit to Window', '适合窗口', ['CmdOrCtrl+0', 'F']),
  row('view', 1, 'view.actualPixels', 'Actual Pixels (1:1)', '实际像素（1:1）', ['CmdOrCtrl+1']),
  row('view', 3, 'view.masksVisible', 'Show Masks', '显示掩膜', ['H'], 'toggle'),
  row('view', 3, 'view.outlinesOnly', 'Outlines Only', '仅显示轮廓', ['O'], 'toggle'),
  row('view', 3, 'view.measurements', 'Show Measurements', '显示测量', ['T'], 'toggle'),
  row('view', 3, 'view.moreOpaque', 'More Opaque Masks', '提高掩膜不透明度', ['.']),
  row('view', 3, 'view.lessOpaque', 'Less Opaque Masks', '降低掩膜不透明度', [',']),
  row('view', 4, 'view.rulers', 'Rulers', '标尺', ['Shift+K'], 'toggle'),
  row('view', 4, 'view.minimap', 'Overview When Zoomed In', '放大时显示概览图', ['Shift+H'], 'toggle'),
  row('view', 5, 'view.grid', 'Frames as Pictures', '以图片显示各帧', ['Shift+G'], 'toggle'),
  row('view', 5, 'view.beside', 'Compare With Another Frame', '与另一帧对比', ['Shift+D'], 'toggle'),
  row('view', 6, 'view.secondWindow', 'Image in a Second Window', '在第二窗口中显示图像', ['Shift+V'], 'toggle'),
  row('view', 6, 'view.fullScreen', 'Full Screen', '全屏', ['F11']),
  row('view', 7, 'view.dashboard', 'Dashboard…', '统计面板…', ['CmdOrCtrl+Shift+D']),

  row('display', 1, 'display.full', 'Window: Full Range', '窗宽窗位：全范围', ['Alt+1']),
  row('display', 1, 'display.auto', 'Window: Automatic', '窗宽窗位：自动', ['Alt+2']),
  row('display', 1, 'display.soft', 'Window: Soft', '窗宽窗位：柔和', ['Alt+3']),
  row('display', 1, 'display.contrast', 'Window: High Contrast', '窗宽窗位：高对比度', ['Alt+4']),
  row('display', 1, 'display.dark', 'Window: Dark Areas', '窗宽窗位：暗区', ['Alt+5']),
  row('display', 2, 'display.brighter', 'Brighter Midtones', '中间调变亮', ['Alt+Up']),
  row('display', 2, 'display.darker', 'Darker Midtones', '中间调变暗', ['Alt+Down']),
  row('display', 3, 'display.grey', 'Colours: Grey', '色彩：灰阶', ['Alt+G'], 'choice'),
  row('display', 3, 'display.inverted', 'Colours: Inverted Grey', '色彩：反转灰阶', ['Alt+I'], 'choice'),
  row('display', 3, 'display.sepia', 'Colours: Sepia', '色彩：棕褐', [], 'choice'),
  row('display', 3, 'display.viridis', 'Colours: Viridis', '色彩：Viridis（紫绿黄）', [], 'choice'),
  row('display', 3, 'display.magma', 'Colours: Magma', '色彩：Magma（黑紫黄）', [], 'choice'),
  row('display', 4, 'display.filter.none', 'Filter: None', '滤波：无', ['Alt+N'], 'choice'),
  row(
    'display',
    4,
    'display.filter.clahe',
    'Filter: Local Contrast (CLAHE)',
    '滤波：局部对比度（CLAHE）',
    ['Alt+C'],
    'choice',
  ),
  row('display', 4, 'display.filter.lee', 'Filter: Less Speckle (Lee)', '滤波：斑点抑制（Lee）', ['Alt+L'], 'choice'),
  row(
    'display',
    4,
    'display.filter.srad',
    'Filter: Speckle Diffused (SRAD)',
    '滤波：斑点扩散（SRAD）',
    ['Alt+S'],
    'choice',
  ),
  row('display', 4, 'display.filter.median', 'Filter: Median', '滤波：中值', ['Alt+M'], 'choice'),
  row('display', 5, 'view.resetWindowing', 'Reset Display', '重置显示', ['R']),

  row('tool', 1, 'tool.select', 'Select', '选择', ['V'], 'choice'),
  row('tool', 1, 'tool.point', 'Point Prompt', '点提示', ['P'], 'choice'),
  row('tool', 1, 'tool.scribble', 'Scribble Prompt', '涂画提示', ['W'], 'choice'),
  row('tool', 1, 'tool.box', 'Box Prompt', '框提示', ['X'], 'choice'),
  row('tool', 1, 'tool.brush', 'Brush', '画笔', ['B'], 'choice'),
  row('tool', 1, 'tool.eraser', 'Eraser', '橡皮擦', ['E'], 'choice'),
  row('tool', 1, 'tool.polygon', 'Polygon', '多边形', ['G'], 'choice'),
  row('tool', 1, 'tool.lasso', 'Lasso', '套索', ['J'], 'choice'),
  row('tool', 1, 'tool.livewire', 'Magnetic Contour', '磁性轮廓', ['U'], 'choice'),
  row('tool', 1, 'tool.push', 'Push the Outline', '推动轮廓', ['Q'], 'choice'),
  row('tool', 1, 'tool.vertices', 'Edit Vertices', '编辑顶点', ['Y'], 'choice'),
  row('tool', 1, 'tool.caliper', 'Caliper', '卡尺', ['D'], 'choice'),
  row('tool', 1, 'tool.ellipse', 'Measuring Ellipse', '测量椭圆', ['S'], 'choice'),
  row('tool', 2, 'tool.larger', 'Larger Brush', '增大画笔', [']']),
  row('tool', 2, 'tool.smaller', 'Smaller Brush', '减小画笔', ['[']),
  row('tool', 2, 'tool.moreVertices', 'More Vertices', '增加顶点', ['Shift+Y']),
  row('tool', 2, 'tool.fewerVertices', 'Fewer Vertices', '减少顶点', ['Shift+U']),
  row('tool', 3, 'tool.takeAway', 'Take Away Instead of Adding', '改为去除', ['Shift+P'], 'toggle'),
  row('tool', 3, 'tool.keyboardCursor', 'Keyboard Cursor', '键盘光标', ['Z'], 'toggle'),
  row('tool', 3, 'tool.cancel', 'Cancel', '取消', ['Esc']),

  row('mask', 1, 'mask.accept', 'Accept', '接受', ['Enter']),
  row('mask', 1, 'mask.reject', 'Reject', '拒绝', ['Delete', 'Backspace']),
  row('mask', 1, 'mask.acceptAndNext', 'Accept and Go On', '接受并继续', ['Shift+Enter', 'F13']),
  row('mask', 1, 'mask.rejectAndNext', 'Reject and Go On', '拒绝并继续', [
    ...['Shift+Delete', 'Shift+Backspace', 'F14'],
  ]),
  row('mask', 2, 'mask.newInstance', 'New Instance', '新建实例', ['I']),
  row('mask', 2, 'mask.propose', 'Propose Again', '重新生成建议', ['CmdOrCtrl+R']),
  row('mask', 2, 'mask.refine', 'Refine', '精修掩膜', ['Shift+R']),
  row('mask', 2, 'mask.clearPrompts', 'Clear Prompts', '清除提示', ['C']),
  row('mask', 3, 'mask.grow', 'Grow', '扩大', ['Shift+Up']),
  row('mask', 3, 'mask.shrink', 'Shrink', '缩小', ['Shift+Down']),
  row('mask', 3, 'mask.smooth', 'Smooth', '平滑', ['Shift+S']),
  row('mask', 3, 'mask.fillHoles', 'Fill Holes', '填充孔洞', ['Shift+F']),
  row('mask', 3, 'mask.largestPart', 'Keep the Largest Part', '仅保留最大部分', []),
  row('mask', 3, 'mask.mirror', 'Mirror Left and Right', '左右镜像', []),
  row('mask', 4, 'mask.subtract', 'Take Away Other Masks', '减去其他掩膜', []),
  row('mask', 4, 'mask.merge', 'Merge the Label’s Masks', '合并此标签的掩膜', []),
  row('mask', 4, 'mask.split', 'Split Into Parts', '拆分为各部分', []),
  row('mask', 5, 'mask.propagateForward', 'Carry On Through the Next Frames', '向后续帧传播', ['Shift+N']),
  row('mask', 5, 'mask.propagateBackward', 'Carry Back Through the Previous Frames', '向前面的帧传播', ['Shift+B']),
  row('mask', 5, 'mask.carryCorrection', 'Carry the Correction On', '传播此修正', ['Shift+M']),
  row('mask', 5, 'mask.interpolate', 'Interpolate Between Outlined Frames', '在已勾画帧之间插值', ['Shift+J']),
  row('mask', 5, 'mask.undoPropagation', 'Take Back What Was Carried On', '撤销传播', []),
  row('mask', 5, 'mask.copyToNext', 'Copy to the Next Frame', '复制到下一帧', ['Shift+C']),
  row('mask', 6, 'batch.open', 'Propose on Many Frames…', '批量生成建议…', ['CmdOrCtrl+Shift+R']),

  row('cine', 1, 'cine.play', 'Play', '播放', ['A'], 'toggle'),
  row('cine', 2, 'cine.nextFrame', 'Next Frame of the Loop', '循环内下一帧', ['Shift+Right']),
  row('cine', 2, 'cine.previousFrame', 'Previous Frame of the Loop', '循环内上一帧', ['Shift+Left']),
  row('cine', 2, 'cine.firstFrame', 'First Frame of the Loop', '循环首帧', ['Home']),
  row('cine', 2, 'cine.lastFrame', 'Last Frame of the Loop', '循环末帧', ['End']),
  row('cine', 3, 'cine.playFrom', 'Play from This Frame', '从此帧开始播放', ['Shift+I']),
  row('cine', 3, 'cine.playTo', 'Play to This Frame', '播放到此帧为止', ['Shift+O']),
  row('cine', 3, 'cine.playAll', 'Play the Whole Loop', '播放整个循环', ['Shift+A']),
  row('cine', 4, 'cine.faster', 'Faster', '加快', ['Shift+W']),
  row('cine', 4, 'cine.slower', 'Slower', '减慢', ['Shift+Q']),

  row('review', 1, 'review.readers', 'Readers…', '阅片者…', []),
  row('review', 1, 'review.agreement', 'Agreement of Readers…', '阅片者一致性…', []),
  row('review', 1, 'review.adjudicate', 'Adjudicate Differences…', '仲裁阅片差异…', []),
  row('review', 2, 'review.comment', 'Comment Here', '在此处添加批注', ['Shift+T']),
  row('review', 2, 'review.history', 'History of This Frame…', '此帧的历史…', []),

  row('learn', 1, 'learning.start', 'Learn from Corrections…', '从修正中学习…', ['CmdOrCtrl+L']),
  row('learn', 1, 'learning.pause', 'Pause Learning', '暂停学习', ['CmdOrCtrl+Shift+P'], 'toggle'),
  row('learn', 1, 'learning.finish', 'Stop Learning, Keep the Best', '停止学习并保留最佳', []),
  row('learn', 2, 'learning.versions', 'Versions…', '版本…', ['CmdOrCtrl+Shift+V']),
  row('learn', 2, 'learning.report', 'Report of the Latest Version…', '最新版本的报告…', ['CmdOrCtrl+Shift+L']),
  row('learn', 2, 'learning.compare', 'Compare Versions', '比较版本', ['M'], 'toggle'),
  row('learn', 2, 'learning.rollBack', 'Back to the Version Before', '退回之前的版本', []),
  row('learn', 3, 'learning.automatic', 'Learn Automatically When Idle', '空闲时自动学习', [], 'toggle'),

  row('go', 1, 'go.nextFrame', 'Next Frame', '下一帧', ['Right', 'PageDown']),
  row('go', 1, 'go.previousFrame', 'Previous Frame', '上一帧', ['Left', 'PageUp']),
  row('go', 1, 'go.nextUnreviewed', 'Next Unreviewed Frame', '下一未审阅帧', ['N']),
  row('go', 1, 'go.nextImage', 'Next Image', '下一图像', ['Shift+PageDown']),
  row('go', 1, 'go.previousImage', 'Previous Image', '上一图像', ['Shift+PageUp']),
  row('go', 2, 'go.nextLabel', 'Next Label', '下一标签', ['L']),
  row('go', 2, 'go.nextInstance', 'Next Instance', '下一实例', ['K']),
  row('go', 3, 'order.file', 'Unreviewed: File Order', '未审阅：按文件顺序', [], 'choice'),
  row('go', 3, 'order.random', 'Unreviewed: Random', '未审阅：随机', [], 'choice'),
  row('go', 3, 'order.uncertain', 'Unreviewed: Most Uncertain First', '未审阅：最不确定者优先', [], 'choice'),
  row('go', 3, 'order.different', 'Unreviewed: Most Different First', '未审阅：差异最大者优先', [], 'choice'),
  row('go', 3, 'order.mix', 'Unreviewed: Uncertain and Different', '未审阅：不确定且差异大者', [], 'choice'),

  row('help', 1, 'help.manual', 'Manual', '使用手册', ['F1']),
  row('help', 1, 'help.palette', 'All Commands…', '所有命令…', ['CmdOrCtrl+K']),
  row('help', 1, 'help.shortcuts', 'Keyboard Shortcuts', '键盘快捷键', ['Shift+/']),
  row('help', 2, 'help.diagnostics', 'Copy Diagnostics…', '复制诊断信息…', []),
  row('help', 2, 'help.showLog', 'Show Log Folder', '显示日志文件夹', []),
  row('help', 2, 'help.updates', 'Updates…', '更新…', []),
  row('help', 2, 'help.about', 'About SonoMask', '关于 SonoMask', []),
] as const;

export type CommandId = (typeof COMMANDS)[number]['id'];

/** Every command id, for validation. */
export const COMMAND_IDS: readonly CommandId[] = COMMANDS.map((command) => command.id);
