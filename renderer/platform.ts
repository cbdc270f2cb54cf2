/** The operating system the page runs on, named as Node's `process.platform` does, for how shortcuts are written. */
export const platform: 'darwin' | 'win32' | 'linux' = navigator.userAgent.includes('Mac')
  ? 'darwin'
  : navigator.userAgent.includes('Windows')
    ? 'win32'
    : 'linux';
