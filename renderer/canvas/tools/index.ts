/** The tools: each a small state machine over the editor's acts. */
export { BRUSHES, SIDED, TOOLS, type Draft, type ToolHost, type ToolName, type ToolPointer } from './tool-state';
export { LEAST_EDGE_SCREEN_PX } from './vertices-idle';
export { Toolbox } from './toolbox';
