/** The bridge of the hidden page that decodes videos: hands it the ports that main sends, and nothing else. Sandboxed. */
import { ipcRenderer } from 'electron';
import { DECODER_WANTED } from '../../shared/video';

ipcRenderer.on(DECODER_WANTED, (event) => window.postMessage(DECODER_WANTED, window.location.origin, event.ports));
