import { stat } from 'node:fs/promises';
import { explainFileError } from './errors.ts';
import { readFileHead } from './read-files.ts';
import type { MailSource, SourceOptions } from './source.ts';

/** One message in a file of its own, known by size and time of change. */
export function messageSource(path: string, realPath: string, options: SourceOptions): MailSource {
  let done = 0;
  return {
    name: `message:${realPath}`,
    kind: 'message',
    label: path,
    progress: () => ({ done, total: 1 }),
    notes: () => [],
    async *messages(memory) {
      try {
        const { size, mtimeMs } = await stat(path);
        const position = `${size} ${Math.floor(mtimeMs)}`;
        if (position !== memory.position) {
          const { bytes, sizeBytes } = await readFileHead(path, options.maxMessageBytes);
          const cutFromBytes = sizeBytes > bytes.length ? sizeBytes : null;
          yield { bytes, place: path, item: null, position: () => position, cutFromBytes, error: null };
        }
        done = 1;
      } catch (error) {
        throw explainFileError(error, path);
      }
    },
  };
}
