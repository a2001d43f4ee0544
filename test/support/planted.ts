import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Watches the command line of every process of this machine for planted texts until it is stopped. */
export function watchCommandLines(planted: readonly string[]): { stop(): readonly string[] } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const line of commandLines()) for (const text of planted) if (line.includes(text)) seen.add(line);
  }, 5);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(join('/proc', pid, 'cmdline'), 'latin1')];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

/** The files below `folder` in which one of the texts stands, and what they are; `except` are paths. */
export function filesHolding(folder: string, planted: readonly string[], except: readonly string[]): readonly string[] {
  return filesBelow(folder)
    .filter((path) => !except.includes(path))
    .filter((path) => {
      const bytes = readFileSync(path, 'latin1');
      return planted.some((text) => bytes.includes(text));
    });
}

/** Every file below a folder. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
