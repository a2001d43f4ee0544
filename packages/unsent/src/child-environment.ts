import type { Environment } from './surroundings.ts';

/** Where things are and how to speak; nothing of it is a secret. */
const HANDED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  // What password managers and agents are found by.
  'CREDENTIALS_DIRECTORY',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'GNUPGHOME',
  'GPG_TTY',
  'PASSWORD_STORE_DIR',
  'SSH_AUTH_SOCK',
  'WAYLAND_DISPLAY',
] as const;
const HANDED_ON_FAMILIES = /^(?:LC|XDG)_[A-Z_]+$/;

/** What a program that we start finds in its environment: it needs no token or password of ours, so it gets none. */
export function childEnvironment(env: Environment): Record<string, string> {
  const isHandedOn = (name: string): boolean =>
    HANDED_ON.some((known) => known === name) || HANDED_ON_FAMILIES.test(name);
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && isHandedOn(name) ? [[name, value]] : [])),
  );
}
