/** Before every test that needs a database server. */
import { beforeEach, inject } from 'vitest';
import { NO_POSTGRES } from './postgres-server';

beforeEach((test) => test.skip(inject('postgres') === null, NO_POSTGRES));
