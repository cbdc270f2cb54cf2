/** `sonomask team …`: a project on a PostgreSQL server, and who may do what in it. */
import { addMember, members, prepareJobs, ProjectStore, removeMember } from '../../project';
import type { Arguments } from '../arguments';
import { type Command, EXIT, type Outcome } from '../command';

const PLACE = 'postgres://USER@HOST/DATABASE?project=NAME';
const USER = { value: 'NAME', help: 'login on the server; work is written down under it' };
const DETAILS = `
The project is named by ${PLACE}, or by server:NAME where
SONOMASK_DATABASE_URL holds the rest; PGPASSWORD holds the password. Over a network the server must speak TLS with a certificate
that is valid for its name; sslrootcert=FILE names the authority where the system does not know it.`;

export const teamInit: Command = {
  name: 'team init',
  summary: 'Make a project on a PostgreSQL server, or bring one up to date.',
  operands: `<${PLACE}>`,
  options: {},
  details: `${DETAILS}
The account must be allowed to make schemas in the database, and roles.`,
  run: async (args) => {
    const store = await ProjectStore.create(args.operand('project'));
    await store.close();
    await prepareJobs(args.operand('project'));
    return { exitCode: EXIT.done, json: { project: store.place }, text: `${store.place} is ready` };
  },
};

export const teamAdd: Command = {
  name: 'team add-user',
  summary: 'Give somebody a role in a project on a server; who is new there gets a login and its password.',
  operands: `<${PLACE}>`,
  options: {
    user: USER,
    role: {
      value: 'ROLE',
      help: 'reader (draws), reviewer (accepts, adjudicates), admin (images, labels, heads) or worker',
    },
  },
  details: DETAILS,
  run: async (args) => {
    const [user, role] = [args.required('user'), args.required('role')];
    const password = await addMember(args.operand('project'), user, role);
    const login = password === null ? 'the password is as it was' : `password: ${password}`;
    return { exitCode: EXIT.done, json: { user, role, password }, text: `${user} is ${role}; ${login}` };
  },
};

export const teamRemove: Command = {
  name: 'team remove-user',
  summary: 'Take somebody out of a project on a server. What they did stays.',
  operands: `<${PLACE}>`,
  options: { user: USER },
  details: DETAILS,
  run: async (args) => {
    await removeMember(args.operand('project'), args.required('user'));
    return listed(args);
  },
};

export const teamList: Command = {
  name: 'team list',
  summary: 'Who has which role in a project on a server.',
  operands: `<${PLACE}>`,
  options: {},
  details: DETAILS,
  run: listed,
};

async function listed(args: Arguments): Promise<Outcome> {
  const team = await members(args.operand('project'));
  const text = team.map(({ user, role }) => `${role.padEnd(8)}  ${user}`).join('\n') || 'nobody';
  return { exitCode: EXIT.done, json: { team }, text };
}
