/** The native menu, made from the list of commands. Choosing one only tells the renderer; nothing is done here. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { COMMANDS, MENUS, type Command, type CommandId, type MenuId } from '../../shared/commands';
import { THEMES, type EffectiveSettings, type RecentProject, type Settings } from '../../shared/ipc';
import { keymapOf, type Keymap } from '../../shared/keymap';
import { LANGUAGES, type Language } from '../../shared/language';
import { acceleratorOf, isPlainKey, type Letters } from '../../shared/shortcut';
import { TEXTS } from './texts';

export interface MenuState {
  readonly effective: EffectiveSettings;
  readonly recent: readonly RecentProject[];
  readonly disabled: readonly CommandId[];
  readonly checked: readonly CommandId[];
  /** As the user's keyboard is printed, for the plain keys. */
  readonly letters: Letters;
}

export interface MenuActions {
  command(id: CommandId): void;
  openRecent(path: string): void;
  clearRecent(): void;
  changeSettings(change: Partial<Settings>): void;
}

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };
const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

/** Replaces the application's menu. */
export function showMenu(state: MenuState, actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(state, actions, process.platform)));
}

export function menuTemplate(state: MenuState, actions: MenuActions, platform: NodeJS.Platform) {
  const { language } = state.effective;
  const mac = platform === 'darwin';
  const menus = MENUS.map(({ id, title }): MenuItemConstructorOptions => {
    const items = commandItems(id, state, actions, platform);
    return { id, label: title[language], submenu: [...items, ...systemItems(id, state, actions, mac)] };
  });
  return mac ? [applicationMenu(language), ...menus] : menus;
}

function commandItems(
  menu: MenuId,
  state: MenuState,
  actions: MenuActions,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  const commands = COMMANDS.filter((command) => command.menu === menu);
  const keymap = keymapOf(state.effective.settings.keyboard);
  return commands.flatMap((command, index) => {
    const item = commandItem(command, state, actions, accelerator(keymap, command.id, state.letters, platform));
    const previous = commands[index - 1];
    return previous && previous.group !== command.group ? [SEPARATOR, item] : [item];
  });
}

function commandItem(
  command: Command<CommandId>,
  state: MenuState,
  actions: MenuActions,
  shortcut: MenuItemConstructorOptions,
): MenuItemConstructorOptions {
  const label = command.title[state.effective.language];
  // macOS has keys of its own for it, and F11 is not among them.
  if (command.id === 'view.fullScreen' && process.platform === 'darwin') return { role: 'togglefullscreen', label };
  return {
    id: command.id,
    label,
    enabled: !state.disabled.includes(command.id),
    click: () => actions.command(command.id),
    ...shortcut,
    ...(command.kind === 'action'
      ? {}
      : { type: command.kind === 'toggle' ? 'checkbox' : 'radio', checked: state.checked.includes(command.id) }),
  };
}

/** Plain keys are only shown, because they also type; macOS cannot show a key without taking it. */
function accelerator(
  keymap: Keymap,
  id: CommandId,
  letters: Letters,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions {
  const [shortcut] = keymap.shortcutsOf(id);
  const shown = shortcut === undefined ? null : acceleratorOf(shortcut, letters);
  if (shortcut === undefined || shown === null) return {};
  if (!isPlainKey(shortcut)) return { accelerator: shown };
  return platform === 'darwin' ? {} : { accelerator: shown, registerAccelerator: false };
}

function systemItems(menu: MenuId, state: MenuState, actions: MenuActions, mac: boolean): MenuItemConstructorOptions[] {
  const { language } = state.effective;
  switch (menu) {
    case 'file':
      return [SEPARATOR, recentMenu(state, actions), ...(mac ? [] : [SEPARATOR, quitItem(language)])];
    case 'edit':
      return [
        SEPARATOR,
        ...(['cut', 'copy', 'paste', 'selectAll'] as const).map((role) => ({ role, label: TEXTS[role][language] })),
      ];
    case 'view':
      return [
        SEPARATOR,
        languageMenu(state, actions),
        themeMenu(state, actions),
        ...(app.isPackaged
          ? []
          : [SEPARATOR, { role: 'toggleDevTools' as const, label: TEXTS.developerTools[language] }]),
      ];
    default:
      return [];
  }
}

function recentMenu({ effective, recent }: MenuState, actions: MenuActions): MenuItemConstructorOptions {
  const { language } = effective;
  const projects = recent.map(({ path, name, present }) => ({
    label: `${name}  (${path})`,
    enabled: present,
    click: () => actions.openRecent(path),
  }));
  return {
    id: 'recent',
    label: TEXTS.openRecent[language],
    submenu:
      projects.length === 0
        ? [{ label: TEXTS.noRecent[language], enabled: false }]
        : [...projects, SEPARATOR, { label: TEXTS.clearRecent[language], click: () => actions.clearRecent() }],
  };
}

function languageMenu({ effective }: MenuState, actions: MenuActions): MenuItemConstructorOptions {
  const choices: readonly Settings['language'][] = ['system', ...LANGUAGES];
  return {
    label: TEXTS.language[effective.language],
    submenu: choices.map((choice) => ({
      id: `language.${choice}`,
      label: choice === 'system' ? TEXTS.systemLanguage[effective.language] : LANGUAGE_NAMES[choice],
      type: 'radio',
      checked: effective.settings.language === choice,
      click: () => actions.changeSettings({ language: choice }),
    })),
  };
}

function themeMenu({ effective }: MenuState, actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: TEXTS.theme[effective.language],
    submenu: THEMES.map((theme) => ({
      id: `theme.${theme}`,
      label: TEXTS[theme][effective.language],
      type: 'radio',
      checked: effective.settings.theme === theme,
      click: () => actions.changeSettings({ theme }),
    })),
  };
}

function quitItem(language: Language): MenuItemConstructorOptions {
  return { role: 'quit', label: TEXTS.quit[language] };
}

function applicationMenu(language: Language): MenuItemConstructorOptions {
  return {
    label: 'SonoMask',
    submenu: [
      { role: 'hide', label: TEXTS.hide[language] },
      { role: 'hideOthers', label: TEXTS.hideOthers[language] },
      { role: 'unhide', label: TEXTS.showAll[language] },
      SEPARATOR,
      quitItem(language),
    ],
  };
}
