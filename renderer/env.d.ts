/// <reference types="vite/client" />
/** Lets TypeScript without Vue's own checker accept component files; vue-tsc looks inside them. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent;
  export default component;
}

declare module '*.css';
