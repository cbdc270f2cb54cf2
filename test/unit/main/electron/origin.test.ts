import { describe, expect, it } from 'vitest';
import { isInterface, isOurs, SECOND_URL, START_URL } from '../../../../main/electron/origin';

describe('what counts as our own page', () => {
  it.each([START_URL, 'app://sonomask/assets/index.js', 'app://sonomask/'])('%s does', (url) => {
    expect(isOurs(url)).toBe(true);
  });

  it.each([
    'https://sonomask/index.html',
    'app://sonomask.example/index.html',
    'app://example/sonomask/',
    'app://user@sonomask/index.html',
    'app://sonomask:80/index.html',
    'file:///index.html',
    'about:blank',
    'data:text/html,x',
    '',
  ])('%s does not', (url) => {
    expect(isOurs(url)).toBe(false);
  });
});

describe('the page that may ask main', () => {
  it('is that of the first window, none of our others', () => {
    expect(isInterface(START_URL)).toBe(true);
    for (const url of [
      SECOND_URL,
      'app://sonomask/decoder.html',
      'app://sonomask/',
      'https://sonomask/index.html',
      '',
    ]) {
      expect(isInterface(url)).toBe(false);
    }
  });
});
