/**
 * The manual (docs/manual) as the window shows it: Markdown made into HTML, its pictures found in the build. It comes with
 * the program, so it opens without a network; HTML within the Markdown is not passed on.
 */
import MarkdownIt from 'markdown-it';
import type { Language } from '../../shared/language';

const TEXTS = import.meta.glob<string>('../../docs/manual/*.md', { query: '?raw', import: 'default' });
const PICTURES = import.meta.glob<string>('../../docs/manual/pictures/**/*.png', {
  query: '?url',
  import: 'default',
  eager: true,
});
const FOLDER = '../../docs/manual/';

export interface Chapter {
  /** Of its heading in the HTML. */
  readonly id: string;
  readonly title: string;
}

export interface Manual {
  readonly html: string;
  readonly chapters: readonly Chapter[];
}

/** @param picture where the picture with this path beside the text is; undefined where there is none */
export function renderManual(markdown: string, picture: (path: string) => string | undefined): Manual {
  const reader = new MarkdownIt({ html: false });
  const tokens = reader.parse(markdown, {});
  const chapters: Chapter[] = [];
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open' && token.tag === 'h2') {
      const id = `chapter-${chapters.length + 1}`;
      token.attrSet('id', id);
      chapters.push({ id, title: tokens[i + 1]?.content ?? '' });
    }
    for (const child of token.children ?? []) {
      if (child.type === 'image') child.attrSet('src', picture(String(child.attrGet('src') ?? '')) ?? '');
    }
  });
  return { html: reader.renderer.render(tokens, reader.options, {}), chapters };
}

export async function readManual(language: Language): Promise<Manual> {
  const text = await TEXTS[`${FOLDER}${language}.md`]?.();
  return renderManual(text ?? '', (path) => PICTURES[FOLDER + path]);
}
