import {
  type IpAddress,
  parseIp,
  parseZoneText,
  type Resolver,
  type RrType,
  type ZoneFailure,
  zoneResolver,
} from '@unsent/dns';
import { name } from '../../../../test/support/names.ts';
import { checkHost } from '../../src/check-host.ts';
import type { SpfOptions, SpfQuery } from '../../src/options.ts';
import type { SpfOutcome } from '../../src/outcome.ts';

export { name };

export function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

/** A zone below example.com: names are relative to it. */
export function zone(text: string, failing: readonly ZoneFailure[] = []): Resolver {
  return zoneResolver(parseZoneText(text, { origin: name('example.com') }).records, { failing });
}

export function query(fields: Partial<Omit<SpfQuery, 'ip'>> & { readonly ip?: string } = {}): SpfQuery {
  return {
    domain: 'example.com',
    sender: 'alice@example.com',
    helo: 'mail.example.net',
    receiver: 'mx.example.org',
    now: new Date(1_700_000_000_000),
    ...fields,
    ip: ip(fields.ip ?? '192.0.2.1'),
  };
}

/** The outcome of a check whose every answer is at hand; a promise would be a fault. */
export function checkNow(
  resolver: Resolver,
  fields: Parameters<typeof query>[0] = {},
  options: SpfOptions = {},
): SpfOutcome {
  const outcome = checkHost(query(fields), resolver, options);
  if (outcome instanceof Promise) throw new Error('the outcome is a promise');
  return outcome;
}

export type Question = `${string} ${RrType}`;

/** Writes down every question. */
export function recorded(resolver: Resolver): { readonly resolver: Resolver; readonly questions: Question[] } {
  const questions: Question[] = [];
  return {
    questions,
    resolver: {
      resolve(asked, type, signal) {
        questions.push(`${asked} ${type}`);
        return resolver.resolve(asked, type, signal);
      },
    },
  };
}
