/** Which DICOMweb server a command talks to. Passwords come from the environment: arguments are seen by every user. */
import { resolve } from 'node:path';
import { Connection, type Credentials } from '../pacs';
import { type Arguments, usage } from './arguments';
import type { Option } from './command';

export const PACS_OPTIONS: Readonly<Record<string, Option>> = {
  url: { value: 'URL', help: 'of the DICOMweb service, such as https://pacs.example.org/dicom-web' },
  ca: { value: 'FILE', help: "certificates (PEM) to trust, too, such as the hospital's own authority" },
  'allow-plaintext': { help: 'let patients and passwords go unencrypted (http) to another computer' },
};

export const PACS_LOGIN = `
Login: SONOMASK_DICOMWEB_TOKEN, or SONOMASK_DICOMWEB_USER and SONOMASK_DICOMWEB_PASSWORD, in the environment.`;

/** Connects for `use` alone. @throws AppError `usage`, `pacs-plaintext`, and what `use` throws */
export async function withPacs<T>(args: Arguments, use: (connection: Connection) => Promise<T>): Promise<T> {
  const ca = args.text('ca');
  const connection = await Connection.open({
    url: args.required('url'),
    credentials: credentialsOf(process.env),
    caFile: ca === undefined ? undefined : resolve(ca),
    allowPlaintext: args.flag('allow-plaintext'),
  });
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

function credentialsOf(env: NodeJS.ProcessEnv): Credentials {
  const token = env['SONOMASK_DICOMWEB_TOKEN'];
  const user = env['SONOMASK_DICOMWEB_USER'];
  const password = env['SONOMASK_DICOMWEB_PASSWORD'];
  if (token && user) throw usage('login', 'either a token or a user, not both, is to be in the environment');
  if (token) return { kind: 'bearer', token };
  if (!user) return { kind: 'none' };
  if (password === undefined) throw usage('login', 'SONOMASK_DICOMWEB_PASSWORD is missing in the environment');
  return { kind: 'basic', user, password };
}
