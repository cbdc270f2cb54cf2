/**
 * libvips (sharp), loaded at first use and only in processes that read images. In Electron on Linux it is the WebAssembly
 * build: the native one brings a GLib of its own, whose functions collide with those of the GLib that Electron's binary is
 * linked to, and every image then leaks (lovell/sharp#2356, electron/electron#46323). Pixels are the same.
 */
import { createRequire, Module } from 'node:module';

type Sharp = typeof import('sharp').default;

const require = createRequire(import.meta.url);
let loaded: Sharp | undefined;

export function sharp(): Sharp {
  loaded ??= load();
  return loaded;
}

function load(): Sharp {
  const collides = process.versions['electron'] !== undefined && process.platform === 'linux';
  if (collides) putWasmInPlaceOfNative();
  const module = require('sharp') as Sharp;
  // Decoded images must not stay in memory behind our back.
  module.cache(false);
  // WebAssembly threads cost more than they bring for frames of this size.
  if (collides) module.concurrency(1);
  return module;
}

/** sharp asks for its native part by name; what is in Node's cache under that name is what it gets. */
function putWasmInPlaceOfNative(): void {
  for (const native of [`@img/sharp-linux-${process.arch}`, `@img/sharp-linuxmusl-${process.arch}`]) {
    try {
      const id = require.resolve(`${native}/sharp.node`);
      const entry = new Module(id);
      entry.exports = require('@img/sharp-wasm32/sharp.node');
      entry.loaded = true;
      require.cache[id] = entry as NodeModule;
    } catch {
      // Not installed: then sharp takes the WebAssembly build by itself.
    }
  }
}
