/** Texts about several readers in Simplified Chinese. */
import type { review as english } from './en-review';

export const review: typeof english = {
  main: '主阅片',
  blind: '盲法',
  readingAs: '{name} 的阅片',
  readers: {
    title: '阅片者',
    intro: '每位阅片者各自独立勾画同一批图像。无论由谁阅片，导出和学习均使用主阅片。',
    now: '当前',
    open: '打开',
    add: '新增阅片者',
    name: '姓名',
    blind: '盲法',
    blindHint: '不显示其他阅片的任何内容：掩膜、批注和状态。创建后不可更改。',
    create: '添加',
  },
};
