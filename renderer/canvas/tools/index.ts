/** The tools: each a small state machine over the editor's acts. */
export { BRUSHES, TOOLS, type Draft, type ToolHost, type ToolName, type ToolPointer } from './tool-state';
export { Toolbox } from './toolbox';
