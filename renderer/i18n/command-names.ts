/** Names of commands and menus in the language shown now; their texts are in shared/commands. */
import { computed, type ComputedRef } from 'vue';
import { COMMANDS, type Command, type CommandId } from '../../shared/commands';
import type { Language } from '../../shared/language';
import { useSettings } from '../stores/settings';

const byId = new Map<string, Command<CommandId>>(COMMANDS.map((command) => [command.id, command]));

export interface CommandNames {
  readonly language: ComputedRef<Language>;
  command(id: CommandId): Command<CommandId> | undefined;
  /** Without the dots that tell, in a menu, that a dialog follows. */
  nameOf(id: CommandId): string;
}

export function useCommandNames(): CommandNames {
  const settings = useSettings();
  const language = computed(() => settings.effective.language);
  const command = (id: CommandId): Command<CommandId> | undefined => byId.get(id);
  return {
    language,
    command,
    nameOf: (id) => command(id)?.title[language.value].replace('…', '') ?? id,
  };
}
