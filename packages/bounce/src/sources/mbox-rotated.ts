import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { rotatedName } from './glob.ts';
import { type Opened, openMbox, type Resumed, resume } from './mbox-position.ts';
import type { SourceMemory } from './source.ts';

/** The file that the mailbox was renamed to, told by the position that was reached in it; null when there is none. */
export async function openRotated(path: string, remembered: string | null): Promise<Opened | null> {
  if (remembered === null) return null;
  const [folder, name] = [dirname(path), basename(path)];
  for (const entry of await readdir(folder)) {
    if (entry === name || rotatedName(entry)?.mailbox !== name) continue;
    const opened = await openMbox(join(folder, entry)).catch(() => null);
    if (opened === null) continue;
    if ((await resume(opened, remembered)) !== null) return opened;
    await opened.file.close();
  }
  return null;
}

/** For a file that was a mailbox until it was rotated: the position that was reached when it had its earlier name. */
export async function inheritedPosition(
  opened: Opened,
  realPath: string,
  memory: SourceMemory,
): Promise<{ readonly text: string; readonly position: Resumed } | null> {
  const rotated = rotatedName(realPath);
  if (rotated === null) return null;
  const { mailbox, number, isDate } = rotated;
  const names = isDate || number <= 1 ? [mailbox] : [`${mailbox}.${number - 1}`, mailbox];
  for (const name of names) {
    const text = await memory.positionOf(`mbox:${name}`);
    const position = await resume(opened, text);
    if (text !== null && position !== null) return { text, position };
  }
  return null;
}
