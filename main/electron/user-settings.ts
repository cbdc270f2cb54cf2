/** The user's settings: on disk, in effect, and told to whoever must follow them. */
import { join } from 'node:path';
import { settingsSchema, type EffectiveSettings, type Settings } from '../../shared/ipc';
import { languageOfSystem } from '../../shared/language';
import { Store } from './store';

/** A change of some settings; a field that is undefined is left as it is. */
export type SettingsChange = { readonly [K in keyof Settings]?: Settings[K] | undefined };

export class UserSettings {
  readonly #store: Store<Settings>;
  readonly #listeners: ((effective: EffectiveSettings) => void)[] = [];

  /** @param systemLanguages the system's preferred languages, best first */
  constructor(
    userData: string,
    private readonly systemLanguages: readonly string[],
  ) {
    this.#store = new Store<Settings>(join(userData, 'settings.json'), settingsSchema);
  }

  get effective(): EffectiveSettings {
    const settings = this.#store.value;
    const language = settings.language === 'system' ? languageOfSystem(this.systemLanguages) : settings.language;
    return { settings, language };
  }

  onChange(listener: (effective: EffectiveSettings) => void): void {
    this.#listeners.push(listener);
  }

  async change(change: SettingsChange): Promise<EffectiveSettings> {
    const written = this.#store.set(settingsSchema.parse({ ...this.#store.value, ...change }));
    for (const listener of this.#listeners) listener(this.effective);
    await written;
    return this.effective;
  }
}
