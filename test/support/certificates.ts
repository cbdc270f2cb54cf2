/** A certificate authority of the test's own and a certificate for 127.0.0.1 by it. Made by openssl, which must be there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;

export interface Certificates {
  /** Path of the authority's certificate. */
  readonly ca: string;
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** @param name of the files in `folder`; two names are two authorities */
export function makeCertificates(folder: string, name: string, subject = 'IP:127.0.0.1'): Certificates {
  const at = (part: string): string => join(folder, `${name}-${part}.pem`);
  const openssl = (...argv: readonly string[]): void => void execFileSync('openssl', argv, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', at('ca-key'), '-out', at('ca'), '-subj', `/CN=${name}`, '-days', '2');
  openssl('req', ...key, '-keyout', at('key'), '-out', at('request'), '-subj', '/CN=server');
  writeFileSync(at('names'), `subjectAltName=${subject}\n`);
  const signed = ['-CA', at('ca'), '-CAkey', at('ca-key'), '-CAcreateserial', '-days', '2', '-extfile', at('names')];
  openssl('x509', '-req', '-in', at('request'), ...signed, '-out', at('cert'));
  return { ca: at('ca'), key: readFileSync(at('key')), cert: readFileSync(at('cert')) };
}
