/** The contract between renderer and main, and how errors cross it. */
export {
  CHANNELS,
  EVENTS,
  PORTS,
  PORT_MESSAGE,
  type Answer,
  type Bridge,
  type Channel,
  type EventName,
  type EventOf,
  type PortMessage,
  type PortName,
  type RequestInput,
  type RequestOf,
  type ResponseOf,
} from './contract';
export type { Project, RecentProject } from './project';
export {
  settingsChangeSchema,
  settingsSchema,
  THEMES,
  type EffectiveSettings,
  type Settings,
  type Theme,
} from './settings';
export { fromWireError, toWireError, wireErrorSchema, type WireError } from './wire-error';
