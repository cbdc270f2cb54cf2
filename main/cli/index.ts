/** The command line: what the packaged app and tests may use. */
export { runCli, type Terminal } from './run-cli';
