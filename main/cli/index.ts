/** The command line: what the packed program and its packaging may use. */
export { manualPage } from './manual-page';
export { ownTerminal } from './own-terminal';
export { COMMANDS } from './registry';
export { runCli, type Terminal } from './run-cli';
