/** Where the page of the second window starts. It has no bridge to main and no stores: it shows what it is told. */
import { createApp } from 'vue';
import { paintDocument } from '../theme';
import SecondView from './SecondView.vue';

// Until it is told.
paintDocument('dark');
createApp(SecondView).mount('#second');
