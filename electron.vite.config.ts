/**
 * How the desktop program is built into out/. Main, preload and workers become CommonJS for Electron 25's Node 18, the
 * oldest runtime they must load in (test/support/electron-runtime.ts says why). Every file `main/ROOM/NAME.worker.ts`
 * becomes `out/main/NAME.worker.cjs`. Everything but native modules is bundled, so a package needs no others.
 */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const root = import.meta.dirname;

/** Loaded at run time from node_modules because they carry binaries; electron-builder.yml packs the same list. */
const NATIVE = ['onnxruntime-node', 'sharp', '@photostructure/sqlite'];

const workers = readdirSync(resolve(root, 'main'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.worker.ts'))
  .map((path) => [basename(path, '.ts'), join(root, 'main', path)]);

const commonJs = { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' } as const;

export default defineConfig({
  main: {
    build: {
      target: 'node18',
      externalizeDeps: false,
      rolldownOptions: {
        input: { main: resolve(root, 'main/electron/main.ts'), ...Object.fromEntries(workers) },
        external: NATIVE,
        output: commonJs,
      },
    },
  },
  preload: {
    build: {
      target: 'node18',
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          preload: resolve(root, 'main/electron/preload.ts'),
          'decoder-preload': resolve(root, 'main/electron/decoder-preload.ts'),
        },
        // Sandboxed: nothing can be loaded from beside them.
        output: commonJs,
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [vue()],
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false',
      __VUE_I18N_LEGACY_API__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
      // The Content-Security-Policy forbids compiling messages with `new Function`; this interprets them instead.
      __INTLIFY_JIT_COMPILATION__: 'true',
    },
    build: {
      target: 'chrome114',
      outDir: resolve(root, 'out/renderer'),
      // A custom protocol serves local files: many small chunks cost more than one.
      chunkSizeWarningLimit: 2_500,
      rolldownOptions: {
        input: {
          index: resolve(root, 'renderer/index.html'),
          decoder: resolve(root, 'renderer/decoder.html'),
          second: resolve(root, 'renderer/second.html'),
        },
        // shared/ is pure, so what the page does not use of it (the schemas main validates with) stays out.
        treeshake: { moduleSideEffects: (id) => !id.startsWith(resolve(root, 'shared')) },
      },
    },
  },
});
