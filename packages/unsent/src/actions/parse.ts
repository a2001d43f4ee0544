import { resolve } from 'node:path';
import type { MailAction } from '@unsent/bounce';
import { assertNever, UnsentError } from '@unsent/dns';

/** What a scan does with messages that surely are backscatter. */
export type ScanAction = MailAction | { readonly kind: 'copy'; readonly file: string };

export const ACTION_FORMS = 'copy:FILE, flag:NAME, move:FOLDER or delete';

/** In the order in which they are done: what takes the message away comes last. */
const ORDER = ['copy', 'flag', 'unflag', 'move', 'delete'] as const;

/** Reads one action as it is written; null when it is none. A file is relative to `folder`. */
export function parseAction(text: string, folder: string): ScanAction | null {
  if (text === 'delete') return { kind: 'delete' };
  const [, kind, value] = /^(copy|flag|move):(.+)$/s.exec(text) ?? [];
  if (value === undefined) return null;
  if (kind === 'copy') return { kind, file: resolve(folder, value) };
  if (kind === 'move') return { kind, folder: value };
  // Keywords of a server are atoms (RFC 3501 §9); what begins with a backslash is the server's own.
  return /^[A-Za-z0-9$_.-]{1,64}$/.test(value) ? { kind: 'flag', flag: value } : null;
}

/** Checks actions against each other and puts them in their order. Throws `usage`, exit code 2. */
export function orderActions(actions: readonly ScanAction[], saysYes: boolean): readonly ScanAction[] {
  const last = actions.filter(({ kind }) => kind === 'move' || kind === 'delete');
  if (last.length > 1) {
    throw new UnsentError('usage', { message: 'a message can be moved or deleted once', exitCode: 2 });
  }
  if (last.some(({ kind }) => kind === 'delete') && !saysYes) {
    throw new UnsentError('usage', {
      message: 'what is deleted cannot be brought back; nothing was done',
      hint: 'Say --yes to delete, or use move:FOLDER, which unsent scan undo takes back.',
      exitCode: 2,
    });
  }
  return [...actions].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** What the action is done to or with: folder, flag or file. */
export function targetOf(action: ScanAction): string {
  switch (action.kind) {
    case 'copy':
      return action.file;
    case 'flag':
    case 'unflag':
      return action.flag;
    case 'move':
      return action.folder;
    case 'delete':
      return '';
    default:
      return assertNever(action);
  }
}

/** `move to Backscatter`. */
export function actionText(action: ScanAction): string {
  switch (action.kind) {
    case 'copy':
      return `copy to ${action.file}`;
    case 'flag':
    case 'unflag':
      return `${action.kind} as ${action.flag}`;
    case 'move':
      return `move to ${action.folder}`;
    case 'delete':
      return 'delete';
    default:
      return assertNever(action);
  }
}
