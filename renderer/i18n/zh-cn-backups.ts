/** Texts of backups in Simplified Chinese. */
import type { backups as english } from './en-backups';

export const backups: typeof english = {
  title: '“{name}”的备份',
  about: '打开项目时以及工作期间每小时自动备份。保留最近 5 份、最近 7 天每天最后一份和最近 4 周每周最后一份。',
  damaged: '此项目已损坏。请恢复一份备份以继续工作；损坏的文件会保留，源图像不受影响。',
  damagedEmpty: '此项目已损坏，且没有备份。源图像不受影响。',
  changed:
    '此项目的文件与 SonoMask 上次关闭时不同：磁盘可能出现故障，或文件被其他程序改动。请检查您的掩膜，或恢复一份备份。',
  team: '此项目位于团队服务器上，由其管理员在服务器上备份。',
  loading: '正在读取备份…',
  empty: '尚无备份。工作一小时内会自动备份。',
  list: '备份',
  masks: '没有掩膜 | {n} 个掩膜 | {n} 个掩膜',
  size: '{n} MB',
  aside: '恢复前的状态',
  broken: '已损坏，无法恢复',
  restore: '恢复…',
  restoreOf: '恢复 {time} 的备份…',
  question:
    '恢复到 {time}？不会丢失任何掩膜编辑。{kept} | 恢复到 {time}？其中不含此后的 {n} 次掩膜编辑。{kept} | 恢复到 {time}？其中不含此后的 {n} 次掩膜编辑。{kept}',
  questionUnknown: '恢复到 {time}？其中不含此后的工作。{kept}',
  kept: '当前状态会保留在此列表中，之后可以再恢复。',
  yes: '恢复',
  no: '保持不变',
  make: '立即备份',
  close: '关闭',
  nothingNew: '自上次备份以来没有改动',
  failed: '未能备份；您的编辑已保存',
  restored: '已恢复备份',
  restoredHint: '恢复前的状态也在备份列表中。',
};
