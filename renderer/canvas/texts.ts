/** What the canvas says, in both languages. */
import type { Language } from '../../shared/language';

const en = {
  canvas: 'Image and masks',
  cursorKeys: 'Arrow keys move, Shift: farther, Ctrl: by a pixel. Space clicks, Shift+Space right-clicks, Esc ends.',
  cursorAt: 'Cursor at {x}, {y}',
  masks: 'no mask | one mask | {n} masks',
  embeddingWaits: 'The model is reading this image. Clicks are answered as soon as it has; everything else works.',
  clickWaits: 'The model is reading this image. Your click is kept and answered as soon as it has.',
  embeddingFailed: 'The model could not read this image. Brush, eraser and polygon work.',
  clickFailed: 'The model gave no mask for this click. Try again, or use the brush.',
  nothingFound: 'The model finds nothing on this image.',
  refused: {
    'no-label': 'Add a label first: what is to be outlined?',
    'no-head': 'No head proposes for this label. Click a point instead.',
    'needs-mask': 'There is no mask to change yet. Click a + point or paint first.',
    'holds-one': 'This label takes one mask a frame.',
    'choose-instance': 'Choose the mask to reject first.',
    'last-frame': 'This is the last frame of its series.',
    'other-size': 'The next frame has another size or cannot be read: nothing was copied.',
    'humans-mask':
      'The next frame already has a mask of this label that somebody outlined or accepted: nothing was copied.',
    nowhere: 'The brush paints only inside a label that has no mask on this frame.',
    'outline-open': 'The outline is not closed yet. Enter closes it, Esc throws it away.',
    offline: 'The team server does not answer: nothing can be changed now.',
    leased: 'Somebody else is working on this frame: it cannot be changed now.',
    accepted: 'This frame is accepted. Only reviewers change it.',
    unsaved: 'Not everything could be saved. Free the disk, or close again to lose it.',
  },
};

const zhCN: typeof en = {
  canvas: '图像与掩膜',
  cursorKeys: '方向键移动，Shift 加快，Ctrl 逐像素。空格单击，Shift+空格右键单击，Esc 退出。',
  cursorAt: '光标位于 {x}, {y}',
  masks: '没有掩膜 | {n} 个掩膜',
  embeddingWaits: '模型正在读取此图像，读取完成后即可响应点击；其他功能可正常使用。',
  clickWaits: '模型正在读取此图像，您的点击已保留，读取完成后立即响应。',
  embeddingFailed: '模型无法读取此图像。画笔、橡皮擦和多边形仍可使用。',
  clickFailed: '模型未能为此点击生成掩膜。请重试，或使用画笔。',
  nothingFound: '模型在此图像上没有找到目标。',
  refused: {
    'no-label': '请先添加标签：要勾画什么？',
    'no-head': '此标签没有可生成建议的模型头，请改用点提示。',
    'needs-mask': '还没有可修改的掩膜。请先点击目标或绘制。',
    'holds-one': '此标签每帧只能有一个掩膜。',
    'choose-instance': '请先选择要拒绝的掩膜。',
    'last-frame': '这是该序列的最后一帧。',
    'other-size': '下一帧尺寸不同或无法读取，未复制任何掩膜。',
    'humans-mask': '下一帧已有人工勾画或接受的同标签掩膜，未复制任何掩膜。',
    nowhere: '画笔被限制在某个标签的掩膜内，但此帧没有该标签的掩膜。',
    'outline-open': '轮廓尚未闭合。按 Enter 闭合，按 Esc 放弃。',
    offline: '团队服务器没有响应，现在无法更改。',
    leased: '其他人正在编辑此帧，现在无法更改。',
    accepted: '此帧已被接受，只有审阅者可以更改。',
    unsaved: '部分修改未能保存。请检查磁盘；再次关闭窗口将丢失这些修改。',
  },
};

export const CANVAS_TEXTS = { en, 'zh-CN': zhCN } satisfies Record<Language, typeof en>;
