/** Names of commands and menus in the language shown now; their texts are in shared/commands. */
import { computed, type ComputedRef } from 'vue';
import { COMMANDS, type Command, type CommandId } from '../../shared/commands';
import type { Language } from '../../shared/language';
import { useKeymap } from '../stores/keymap';
import { useSettings } from '../stores/settings';

const byId = new Map<string, Command<CommandId>>(COMMANDS.map((command) => [command.id, command]));

export interface CommandNames {
  readonly language: ComputedRef<Language>;
  command(id: CommandId): Command<CommandId> | undefined;
  /** Without the dots that tell, in a menu, that a dialog follows. */
  nameOf(id: CommandId): string;
  /** Its key as the user's keyboard has it; a command without one is found by its name, which stands in quotes then. */
  wayTo(id: CommandId): string;
}

export function useCommandNames(): CommandNames {
  const keys = useKeymap();
  const settings = useSettings();
  const language = computed(() => settings.effective.language);
  const command = (id: CommandId): Command<CommandId> | undefined => byId.get(id);
  const nameOf = (id: CommandId): string => command(id)?.title[language.value].replace('…', '') ?? id;
  return {
    language,
    command,
    nameOf,
    wayTo: (id) => {
      const [shortcut] = keys.shortcutsOf(id);
      return shortcut === undefined ? `“${nameOf(id)}”` : keys.text(shortcut);
    },
  };
}
