/** Where the interface starts. */
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './i18n';
import { call } from './ipc';
import { logPageErrors } from './page-log';
import './style.css';
import { useSettings } from './stores/settings';

const pinia = createPinia();
await useSettings(pinia).load();
const app = createApp(App).use(pinia).use(i18n);
logPageErrors(app);
app.mount('#app');
// Components listen from the moment they are mounted.
await call('app.ready');
