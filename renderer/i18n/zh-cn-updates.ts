/** Texts of updates in Simplified Chinese. */
import type { updateErrors as englishErrors, updates as english } from './en-updates';

export const updates: typeof english = {
  title: '更新',
  open: '更新…',
  intro: '除非您要求，SonoMask 不会查找更新。只显示签名正确的版本，也不会自行安装。',
  noKey: '此程序构建时没有更新密钥，无法确认更新的来源。新版本需手动安装。',
  place: '更新位置',
  placeHint: '文件夹（例如网络共享）或 https 地址',
  choose: '选择…',
  atStart: '程序启动时查找更新',
  look: '立即查找',
  looking: '正在查找更新…',
  current: '没有比当前版本（{version}）更新的版本。',
  found: '有新版本 {version}',
  size: '{n} MB',
  notes: '更新内容',
  fetch: '下载',
  fetching: '下载',
  progress: '{done} MB，共 {all} MB',
  ready: '版本 {version} 已下载并通过校验',
  install: '安装并重新启动',
  installing: '正在安装，系统可能要求输入管理员密码…',
  unsaved: '还有内容尚未保存。',
  show: '显示安装包',
  byHand: {
    exe: '安装方法：关闭 SonoMask，然后打开安装包。',
    zip: '安装方法：关闭 SonoMask，解压安装包，将程序移到“应用程序”。',
    deb: '安装方法：由管理员运行“sudo apt install”，后接安装包的路径。',
    AppImage: '安装方法：关闭 SonoMask，用安装包替换现有文件。',
    gz: '安装方法：关闭 SonoMask，将安装包解压到现有文件夹的位置。',
  },
  toast: {
    found: 'SonoMask 有新版本 {version}',
    ready: 'SonoMask {version} 已下载',
    hint: '详情见“帮助”→“更新”。',
  },
};

export const updateErrors: typeof englishErrors = {
  'update-place': {
    title: '“{subject}”不能作为更新位置',
    advice: '请填写文件夹的完整路径，或以 https 开头的地址。',
  },
  'update-unreachable': {
    title: '无法访问更新（{subject}）',
    advice: '请检查文件夹或地址，并确认共享或网络已连接。没有任何改动。',
  },
  'update-unsigned': {
    title: '“{subject}”没有签名',
    advice: '其内容未被使用。请让更新的维护者为其签名。',
  },
  'update-forged': {
    title: '“{subject}”的签名不正确',
    advice: '其内容未被使用：可能已被他人改动。请告知更新的维护者。',
  },
  'update-malformed': {
    title: '“{subject}”不是更新列表',
    advice: '请让更新的维护者重新发布。没有任何改动。',
  },
  'update-older': {
    title: '只提供了较旧的版本（{subject}）',
    advice: '不会安装旧版本。可能有人放回了旧的更新列表，请告知更新的维护者。',
  },
  'update-unfit': {
    title: '版本 {subject} 没有适用于此计算机的安装包',
    advice: '请让更新的维护者添加。',
  },
  'update-damaged': {
    title: '安装包“{subject}”已损坏',
    advice: '其内容与签名不符，已被删除。请重新查找；如仍然如此，请告知更新的维护者。',
  },
  'update-busy': {
    title: '学习或批量任务正在运行',
    advice: '请将其暂停或等待其结束，然后再安装。',
  },
  'update-refused': {
    title: '“{subject}”未能安装',
    advice: '系统拒绝安装，或未输入管理员密码。您可以继续工作，或显示安装包并请人安装。',
  },
};
