/**
 * Updates in the window. Nothing of them is loaded before somebody asks, and nothing is asked of a disk or a network that the
 * settings do not say.
 */
import { app, session } from 'electron';
import { join } from 'node:path';
import { z } from 'zod';
import type { UpdateDesk } from '../../updates';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import { Store } from '../store';
import type { UserSettings } from '../user-settings';
import type { Workstation } from '../workstation';

type Channels = 'updates.state' | 'updates.look' | 'updates.fetch' | 'updates.cancel' | 'updates.install';

interface Parts {
  readonly settings: UserSettings;
  readonly workstation: Workstation;
  readonly page: Page;
  /** Folder of the user's profile. */
  readonly profile: string;
}

const seenSchema = z.object({ newestSeen: z.string().nullable().default(null) });

export interface Updates {
  readonly handlers: Pick<Handlers, Channels>;
  /** The page listens for the first time: looks, where the user wants that. */
  lookAtStart(): void;
}

export function updates(parts: Parts): Updates {
  const { settings } = parts;
  let opened: Promise<UpdateDesk> | undefined;
  const desk = (): Promise<UpdateDesk> => (opened ??= openDesk(parts));
  let place = settings.effective.settings.updatePlace;
  settings.onChange(({ settings: now }) => {
    if (now.updatePlace !== place) void opened?.then((open) => open.forget());
    place = now.updatePlace;
  });
  let looked = false;
  return {
    handlers: {
      'updates.state': async () => (await desk()).state,
      'updates.look': async () => (await desk()).look(),
      'updates.fetch': async () => (await desk()).fetch(),
      'updates.cancel': async () => (await desk()).cancel(),
      'updates.install': async () => (await desk()).install(),
    },
    lookAtStart: () => {
      const { updatesAtStart } = settings.effective.settings;
      if (updatesAtStart && place !== '' && !looked)
        void desk().then((open) => (open.state.hasKey ? open.look() : undefined));
      looked = true;
    },
  };
}

async function openDesk({ settings, workstation, page, profile }: Parts): Promise<UpdateDesk> {
  const [{ UpdateDesk: Desk }, { howInstalled, installUpdate }] = await Promise.all([
    import('../../updates'),
    import('../install-update'),
  ]);
  const { kind, by } = howInstalled({
    ...{ platform: process.platform, execPath: process.execPath, isPackaged: app.isPackaged },
    appImage: process.env['APPIMAGE'],
  });
  const seen = new Store(join(profile, 'updates.json'), seenSchema);
  const program = {
    ...{ version: app.getVersion(), kind, arch: process.arch },
    ...{ quit: () => app.quit(), relaunch: () => app.relaunch() },
  };
  return Desk.open({
    ...{ program, platform: process.platform, folder: join(profile, 'updates') },
    // Beside the code, so it cannot be changed without changing that.
    keyFile: join(app.getAppPath(), 'main', 'electron', 'packaging', 'update-key.pem'),
    // The pages' own session lets nothing through; this one trusts what the system trusts and keeps nothing.
    fetch: (url, options) => session.fromPartition('updates', { cache: false }).fetch(url, options),
    place: () => settings.effective.settings.updatePlace,
    newestSeen: { get: () => seen.value.newestSeen, set: (newestSeen) => seen.set({ newestSeen }) },
    install: by && ((update, path) => installUpdate(by, update, path, program)),
    isBusy: () => workstation.learning?.isRunning === true || workstation.batches?.isRunning === true,
    tell: (state) => page.tell('updates.changed', state),
  });
}
