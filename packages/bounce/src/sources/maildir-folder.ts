import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileErrorCode } from './errors.ts';

const PARTS = ['tmp', 'new', 'cur'] as const;
/** Makes it a folder of the Maildir above it (Maildir++). */
const MARKER = 'maildirfolder';
const FOLDER_ITSELF = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Makes the Maildir at `path` where there is none. Made by root in the Maildir `top`, it gets the owner, the group and the
 * mode of that; else it belongs to who runs us, and to nobody else.
 */
export async function makeMaildir(path: string, top: string): Promise<void> {
  if (await stat(join(path, 'cur')).catch(() => null)) return;
  if (dirname(path) === top && process.geteuid?.() === 0 && process.platform === 'linux') return makeGiven(path, top);
  for (const part of PARTS) await mkdir(join(path, part), { recursive: true, mode: 0o700 });
  if (basename(path).startsWith('.')) await writeFile(join(path, MARKER), '');
}

/**
 * Who owns the Maildir may put something else under any name in it at any moment. So each folder is opened itself, never
 * what a link leads to, what is made in it is made through what is open, and only what root made is given away.
 */
async function makeGiven(path: string, top: string): Promise<void> {
  await inFolder(top, async (above) => {
    const owner = await above.stat();
    const give = async (made: FileHandle, mode: number): Promise<void> => {
      if ((await made.stat()).uid !== 0) return;
      await made.chown(owner.uid, owner.gid);
      await made.chmod(mode);
    };
    const makeIn = async (
      parent: FileHandle,
      name: string,
      fill: (made: FileHandle) => Promise<void>,
    ): Promise<void> => {
      const place = `${throughOpen(parent)}/${name}`;
      await mkdir(place, { mode: 0o700 }).catch(unlessThere);
      await inFolder(place, async (made) => {
        await fill(made);
        // Last: until then nobody else can do anything in it.
        await give(made, owner.mode & 0o7777);
      });
    };
    await makeIn(above, basename(path), async (folder) => {
      for (const part of PARTS) await makeIn(folder, part, async () => {});
      if (!basename(path).startsWith('.')) return;
      const marker = await open(`${throughOpen(folder)}/${MARKER}`, 'wx', 0o600).catch(unlessThere);
      if (marker === undefined) return;
      try {
        await give(marker, owner.mode & 0o666);
      } finally {
        await marker.close();
      }
    });
  });
}

/** A path to what is open, whatever its own path leads to meanwhile; Node knows no openat(2). */
function throughOpen({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}

async function inFolder(path: string, work: (folder: FileHandle) => Promise<void>): Promise<void> {
  const folder = await open(path, FOLDER_ITSELF);
  try {
    await work(folder);
  } finally {
    await folder.close();
  }
}

/** A run that was ended in between left it. */
function unlessThere(error: unknown): undefined {
  if (fileErrorCode(error) !== 'EEXIST') throw error;
}
