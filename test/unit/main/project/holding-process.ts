/** A process that opens a project, says so, and keeps it until it is killed. Argument: project folder. */
import { ProjectStore } from '../../../../main/project';

await ProjectStore.open(process.argv[2] as string);
process.stdout.write('open\n');
setInterval(() => undefined, 1_000);
