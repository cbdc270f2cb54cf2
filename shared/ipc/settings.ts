/** The user's settings, valid for every project, and the channels that read and change them. */
import { z } from 'zod';
import { keyboardSchema, STANDARD_KEYBOARD } from '../keymap';
import { LANGUAGES } from '../language';
import { channel } from './channel';

export const THEMES = ['dark', 'light'] as const;

export const settingsSchema = z.object({
  /** `system` follows the operating system's language. */
  language: z.enum(['system', ...LANGUAGES]).default('system'),
  theme: z.enum(THEMES).default('dark'),
  /** Projects keep pseudonyms of patients and studies, of what is opened from then on. */
  pseudonyms: z.boolean().default(false),
  /** Where updates lie: a folder or an address; empty: nowhere. */
  updatePlace: z.string().max(2_000).default(''),
  /** Whether the program looks there when it starts. */
  updatesAtStart: z.boolean().default(false),
  /** Which shortcuts the commands have. */
  keyboard: keyboardSchema.default(STANDARD_KEYBOARD).catch(STANDARD_KEYBOARD),
});

export type Settings = z.infer<typeof settingsSchema>;
export type Theme = Settings['theme'];

/** A change: only the fields to be changed. Defaults must not be filled in, so this is not `settingsSchema.partial()`. */
export const settingsChangeSchema = z
  .object({
    language: z.enum(['system', ...LANGUAGES]),
    theme: z.enum(THEMES),
    pseudonyms: z.boolean(),
    updatePlace: z.string().max(2_000),
    updatesAtStart: z.boolean(),
    keyboard: keyboardSchema,
  })
  .partial()
  .strict();

/** Settings as they take effect. */
export const effectiveSettingsSchema = z.object({
  settings: settingsSchema,
  /** What `settings.language` amounts to on this system. */
  language: z.enum(LANGUAGES),
});

export type EffectiveSettings = z.infer<typeof effectiveSettingsSchema>;

export const settingsChannels = {
  'settings.get': channel(z.undefined(), effectiveSettingsSchema),
  /** Answers once the change is on disk. Every window hears `settings.changed`. */
  'settings.set': channel(settingsChangeSchema, effectiveSettingsSchema),
};
