import type { ExitCode } from '@unsent/dns';
import type { Shell } from '../shell.ts';

/** `unsent config check`: reads the file and says that it is fine; what is wrong is thrown. */
export async function runConfigCheck(shell: Shell, _file: string | undefined): Promise<ExitCode> {
  const config = await shell.config();
  shell.stdout.write(`${config.path ?? 'no configuration file'}: ok\n`);
  return 0;
}
