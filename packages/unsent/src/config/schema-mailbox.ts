// Of the whole package, a command that only reads the configuration would load a quarter of its code for nothing.
import { isImapAddress, parseImapAddress } from '@unsent/bounce/imap-address';
import { UnsentError } from '@unsent/dns';
import * as v from 'valibot';
import { ACTION_FORMS, parseAction } from '../actions/parse.ts';
import { key, keyOr, list, must, parsed, section, text, yesOrNo } from './schema-parts.ts';
import { type SecretPlace, secretPlace } from './schema-secret.ts';
import { describeValue } from './words.ts';

/** One mailbox that is scanned regularly. */
export type MailboxConfig = {
  /** A path, where * and ? stand for any characters, or `imaps://USER@HOST/FOLDER`. */
  readonly address: string;
  /** Of an account, these folders instead of the one in the address. */
  readonly folders: readonly string[] | null;
  readonly password: SecretPlace | null;
  /** What prints an OAuth 2 access token; it stands in for a password. */
  readonly token: SecretPlace | null;
  /** A file of certificates (PEM) to trust, instead of the system's. */
  readonly ca: string | null;
  readonly plaintext: boolean;
  /** What is done with its messages that surely are backscatter. */
  readonly actions: readonly string[] | null;
};

const ADDRESS = 'a path or imaps://USER@HOST/FOLDER';
const NOTHING_ELSE = { folders: null, password: null, token: null, ca: null, plaintext: false, actions: null } as const;

/** A list of paths and addresses, each of them alone or as a mapping with what it takes to log in. */
export function mailboxList(): v.GenericSchema<unknown, readonly MailboxConfig[]> {
  return list(mailbox(), 'mailboxes');
}

function mailbox(): v.GenericSchema<unknown, MailboxConfig> {
  return v.union(
    [
      v.pipe(
        mailboxAddress(),
        v.transform((address): MailboxConfig => ({ address, ...NOTHING_ELSE })),
      ),
      v.pipe(
        mailboxSection(),
        v.forward(
          v.check(
            ({ address, actions: _, ...login }) =>
              isImapAddress(address) || Object.values(login).every((one) => one === null || one === false),
            'only an imap:// or imaps:// address has folders and a login',
          ),
          ['address'],
        ),
      ),
    ],
    (issue) => `expected ${ADDRESS}, got ${describeValue(issue.input)}`,
  );
}

/** What is wrong with an address is said without the password that may stand in it. */
function mailboxAddress(): v.GenericSchema<string, string> {
  return v.pipe(
    text(ADDRESS),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || !isImapAddress(dataset.value)) return;
      try {
        parseImapAddress(dataset.value);
      } catch (error) {
        if (!(error instanceof UnsentError)) throw error;
        addIssue({ message: error.message.replace(/\.$/, '') });
      }
    }),
  );
}

function action(): v.GenericSchema<string, string> {
  return parsed(`an action: ${ACTION_FORMS}`, (value) => (parseAction(value, '/') === null ? null : value));
}

function mailboxSection() {
  return section({
    address: must('A path (* and ? stand for any characters) or imaps://USER@HOST/FOLDER.', mailboxAddress()),
    folders: key(
      'Folders of the account, instead of the one in the address; * stands for any characters.',
      list(text('the name of a folder'), 'folders'),
    ),
    password: key('Where the password is found: file: PATH, env: NAME, or command: LINE.', secretPlace()),
    token: key('Where an OAuth 2 access token (XOAUTH2) is found, instead of a password.', secretPlace()),
    ca: key('File of certificates (PEM) to trust instead of those of the system.', text('a path')),
    plaintext: keyOr(false, 'Speak imap:// without encryption; everybody on the way can read it.', yesOrNo()),
    actions: key(`What is done with messages that surely are backscatter: ${ACTION_FORMS}.`, list(action(), 'actions')),
  });
}
