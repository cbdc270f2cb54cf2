/**
 * Colours of the two themes: once as CSS variables for our own styles, once as overrides of naive-ui. The dark theme
 * keeps everything around the image darker than the image, as reading rooms expect.
 */
import { darkTheme, type GlobalTheme, type GlobalThemeOverrides } from 'naive-ui';
import type { Theme } from '../shared/ipc';

interface Palette {
  /** Behind everything. */
  readonly base: string;
  /** Panels and bars. */
  readonly panel: string;
  /** What lies above panels: menus, dialogs. */
  readonly raised: string;
  /** Around the image. */
  readonly canvas: string;
  readonly line: string;
  readonly text: string;
  readonly textMuted: string;
  readonly accent: string;
  readonly accentHover: string;
  readonly accentPressed: string;
  readonly good: string;
  readonly warning: string;
  readonly bad: string;
  /** A model's proposal that waits for the reader. */
  readonly proposed: string;
  /** Behind what the pointer is on, what is pressed, and what is chosen. */
  readonly hover: string;
  readonly pressed: string;
  readonly chosen: string;
  readonly scroll: string;
  /** Around fields. */
  readonly edge: string;
  /** Text on `accent`. */
  readonly onAccent: string;
}

export type PaletteColour = keyof Palette;

export const PALETTES: Readonly<Record<Theme, Palette>> = {
  dark: {
    base: '#101418',
    panel: '#161b21',
    raised: '#1e252d',
    canvas: '#080a0c',
    line: '#2a333d',
    text: '#e2e8ee',
    textMuted: '#93a1b0',
    accent: '#3fb6c6',
    accentHover: '#5cc8d6',
    accentPressed: '#2f9aa9',
    good: '#4cc38a',
    warning: '#e2a33d',
    bad: '#f0777d',
    proposed: '#82a8ff',
    hover: '#232c35',
    pressed: '#2c3743',
    chosen: '#15393f',
    scroll: '#3a4653',
    edge: '#637282',
    onAccent: '#06181b',
  },
  light: {
    base: '#f5f7f9',
    panel: '#ffffff',
    raised: '#ffffff',
    canvas: '#d9dee3',
    line: '#d8dfe6',
    text: '#1b242d',
    textMuted: '#5a6875',
    accent: '#0b6c7a',
    accentHover: '#0f7c8c',
    accentPressed: '#095762',
    good: '#177046',
    warning: '#8a5700',
    bad: '#c0343c',
    proposed: '#2c5fc4',
    hover: '#eaeff3',
    pressed: '#dde4ea',
    chosen: '#d5edf0',
    scroll: '#b4bfc9',
    edge: '#7f8c99',
    onAccent: '#ffffff',
  },
};

/** Latin first, then the Chinese fonts that Windows, macOS and Linux bring. */
const FONTS =
  "system-ui, 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

export interface NaiveTheme {
  /** Null is naive-ui's light theme. */
  readonly theme: GlobalTheme | null;
  readonly overrides: GlobalThemeOverrides;
}

export function naiveTheme(name: Theme): NaiveTheme {
  const colours = PALETTES[name];
  const overrides: GlobalThemeOverrides = {
    common: {
      fontFamily: FONTS,
      fontSize: '13px',
      fontSizeMedium: '13px',
      borderRadius: '4px',
      primaryColor: colours.accent,
      primaryColorHover: colours.accentHover,
      primaryColorPressed: colours.accentPressed,
      primaryColorSuppl: colours.accent,
      bodyColor: colours.base,
      cardColor: colours.panel,
      modalColor: colours.raised,
      popoverColor: colours.raised,
      borderColor: colours.line,
      dividerColor: colours.line,
      textColorBase: colours.text,
      textColor1: colours.text,
      textColor2: colours.text,
      textColor3: colours.textMuted,
      successColor: colours.good,
      warningColor: colours.warning,
      errorColor: colours.bad,
      fontSizeTiny: '12px',
      fontSizeSmall: '13px',
      placeholderColor: colours.textMuted,
      iconColor: colours.textMuted,
    },
    // Boundaries of what can be operated must be seen (WCAG 1.4.11); naive-ui's own are fainter.
    Checkbox: { border: `1px solid ${colours.textMuted}` },
    Radio: { boxShadow: `inset 0 0 0 1px ${colours.textMuted}` },
    Switch: { railColor: colours.edge },
    Input: { border: `1px solid ${colours.edge}`, color: colours.base, colorFocus: colours.base },
    InternalSelection: { border: `1px solid ${colours.edge}`, color: colours.base, colorActive: colours.base },
    Button: { textColorPrimary: colours.onAccent, textColorHoverPrimary: colours.onAccent },
  };
  return { theme: name === 'dark' ? darkTheme : null, overrides };
}

/** Puts the palette on the document as `--sm-base`, `--sm-text-muted` and so on. */
export function paintDocument(name: Theme): void {
  const { style, dataset } = document.documentElement;
  dataset['theme'] = name;
  style.colorScheme = name;
  style.setProperty('--sm-font', FONTS);
  for (const [key, value] of Object.entries(PALETTES[name])) {
    style.setProperty(`--sm-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value));
  }
}
