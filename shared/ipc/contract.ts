/**
 * The whole contract between the renderer and main: every channel with its request and response, every event, every
 * port. A room adds its channels in a file of its own beside this one and one line here; main then does not compile
 * until it has a handler for each (`main/electron/handlers`).
 */
import { z } from 'zod';
import { COMMAND_IDS, type CommandId } from '../commands';
import { adjudicationChannels } from './adjudication';
import { agreementChannels, agreementEvents } from './agreement';
import { appChannels, dialogChannels } from './app';
import { backupChannels, backupEvents } from './backup';
import { batchChannels, batchEvents } from './batch';
import { dashboardChannels } from './dashboard';
import { diagnosticsChannels } from './diagnostics';
import { commentsChannels } from './comments';
import { exportChannels, exportEvents } from './export';
import { imageChannels } from './image';
import { importChannels, importEvents } from './import';
import { inferenceChannels, inferenceEvents } from './inference';
import { labelsChannels, labelsEvents } from './labels';
import { pacsChannels, pacsEvents } from './pacs';
import { learningChannels, learningEvents } from './learning';
import { masksChannels, masksEvents } from './masks';
import { projectChannels, projectSchema } from './project';
import { propagationChannels, propagationEvents } from './propagation';
import { readingsChannels } from './readings';
import { effectiveSettingsSchema, settingsChannels } from './settings';
import { studyChannels, studyEvents } from './study';
import { teamChannels, teamEvents } from './team';
import { updatesChannels, updatesEvents } from './updates';
import { verifyChannels, verifyEvents } from './verify';
import { windowChannels, windowEvents } from './window';

export const CHANNELS = {
  ...appChannels,
  ...dialogChannels,
  ...dashboardChannels,
  ...diagnosticsChannels,
  ...projectChannels,
  ...settingsChannels,
  ...studyChannels,
  ...imageChannels,
  ...labelsChannels,
  ...masksChannels,
  ...inferenceChannels,
  ...exportChannels,
  ...importChannels,
  ...learningChannels,
  ...backupChannels,
  ...verifyChannels,
  ...batchChannels,
  ...propagationChannels,
  ...windowChannels,
  ...readingsChannels,
  ...agreementChannels,
  ...adjudicationChannels,
  ...commentsChannels,
  ...pacsChannels,
  ...teamChannels,
  ...updatesChannels,
};

export type Channel = keyof typeof CHANNELS;
/** What a handler gets, after validation. */
export type RequestOf<C extends Channel> = z.output<(typeof CHANNELS)[C]['request']>;
/** What a caller sends. */
export type RequestInput<C extends Channel> = z.input<(typeof CHANNELS)[C]['request']>;
export type ResponseOf<C extends Channel> = z.output<(typeof CHANNELS)[C]['response']>;

/** What main tells the renderer unasked. */
export const EVENTS = {
  /** A command was chosen in the native menu. */
  command: z.object({ id: z.enum(COMMAND_IDS as readonly [CommandId, ...CommandId[]]) }),
  'settings.changed': effectiveSettingsSchema,
  /** Another project is open now, or none. */
  'project.changed': projectSchema.nullable(),
  /** Files or a folder given from outside: a second start of the program, or the system's "open with". */
  'files.given': z.object({ paths: z.array(z.string()).min(1) }),
  /** A worker process died and was started again; what it was doing was tried once more. */
  'worker.restarted': z.object({ worker: z.string(), reason: z.string() }),
  ...studyEvents,
  ...labelsEvents,
  ...masksEvents,
  ...inferenceEvents,
  ...exportEvents,
  ...importEvents,
  ...learningEvents,
  ...backupEvents,
  ...verifyEvents,
  ...batchEvents,
  ...propagationEvents,
  ...windowEvents,
  ...agreementEvents,
  ...pacsEvents,
  ...teamEvents,
  ...updatesEvents,
};

export type EventName = keyof typeof EVENTS;
export type EventOf<E extends EventName> = z.output<(typeof EVENTS)[E]>;

/** MessagePorts that main hands to the renderer, each again whenever the process behind it was restarted. */
export const PORTS = ['prompt'] as const;

export type PortName = (typeof PORTS)[number];
