import { type DomainName, parentOf, parseDomainName } from '@unsent/dns';
import type { IdentityPolicyConfig, PolicyOverrides } from '../config/schema-policy.ts';
import type { PolicyConfig } from '../config.ts';

/** The policy of `config` with what one recipient has otherwise; a key that is left out there stays. */
export function withOverrides(config: PolicyConfig, own: PolicyOverrides): PolicyConfig {
  return {
    ...config,
    ...withoutNulls(own),
    preset: own.preset ?? config.preset,
    helo: mergedIdentity(config.helo, own.helo),
    mailFrom: mergedIdentity(config.mailFrom, own.mailFrom),
    trusted:
      own.trusted === null || config.trusted === null
        ? (own.trusted ?? config.trusted)
        : merged(config.trusted, own.trusted),
  };
}

/**
 * What is said of a recipient: by its address, else by its domain or the closest one above it. Null: nothing.
 *
 * `entries` are named as `addressKey` writes them.
 */
export function recipientEntry<T>(entries: ReadonlyMap<string, T>, recipient: string): T | null {
  const at = recipient.lastIndexOf('@') + 1;
  const domain = parseDomainName(recipient.slice(at));
  if (domain === null) return null;
  const exact = entries.get(recipient.slice(0, at).toLowerCase() + domain);
  if (exact !== undefined) return exact;
  for (let name: DomainName | null = domain; name !== null; name = parentOf(name)) {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
  }
  return null;
}

function mergedIdentity(
  base: IdentityPolicyConfig | null,
  own: IdentityPolicyConfig | null,
): IdentityPolicyConfig | null {
  if (base === null || own === null) return own ?? base;
  const on = base.on === null || own.on === null ? (own.on ?? base.on) : merged(base.on, own.on);
  return { ...merged(base, own), on };
}

function merged<T extends object>(base: T, own: T): T {
  return { ...base, ...withoutNulls(own) };
}

function withoutNulls<T extends object>(value: T): Partial<T> {
  const kept: Partial<T> = { ...value };
  for (const key of Object.keys(kept) as (keyof T)[]) if (kept[key] === null) delete kept[key];
  return kept;
}
