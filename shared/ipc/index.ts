/** The contract between renderer and main, and how errors cross it. */
export { WIRE, type Answer, type Bridge, type PortMessage } from './bridge';
export {
  CHANNELS,
  EVENTS,
  PORTS,
  type Channel,
  type EventName,
  type EventOf,
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
export { fromWireError, toWireError, type WireError } from './wire-error';
