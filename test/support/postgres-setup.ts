/** Once before all tests that need a database server: one is started for all of them; each has a project of its own there. */
import type { TestProject } from 'vitest/node';
import { postgresFolder, TestServer } from './postgres-server';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string but for `project=NAME`; null where PostgreSQL is not installed; elsewhere undefined. */
    postgres: string | null;
  }
}

export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (postgresFolder() === undefined) {
    project.provide('postgres', null);
    return undefined;
  }
  const server = await TestServer.start();
  project.provide('postgres', server.url(''));
  return () => server.remove();
}
