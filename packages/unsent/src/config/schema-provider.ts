import { type DomainName, parseDomainName } from '@unsent/dns';
import * as v from 'valibot';
import { closestOf } from './closest.ts';
import { choice, domainName, key, keyOr, list, must, parsed, section, text } from './schema-parts.ts';
import { type SecretPlace, secretPlace } from './schema-secret.ts';
import { describeValue, oneOf, quote } from './words.ts';

/** Where the zones are, and how to reach it. Null settings take the provider's own default. */
export type ProviderConfig =
  | { readonly name: 'cloudflare'; readonly token: SecretPlace | null; readonly url: string | null }
  | {
      readonly name: 'rfc2136';
      /** `HOST[:PORT]` of the primary. */
      readonly server: string;
      readonly zones: readonly DomainName[] | null;
      readonly key: {
        readonly name: DomainName;
        readonly algorithm: (typeof TSIG_ALGORITHMS)[number];
        readonly secret: SecretPlace;
      } | null;
    }
  | {
      readonly name: 'powerdns';
      readonly url: string;
      readonly server: string;
      readonly apiKey: SecretPlace;
    }
  /** A zone file, changed in memory only: for trying things out. */
  | { readonly name: 'memory'; readonly zone: string };

const PROVIDERS = ['cloudflare', 'rfc2136', 'powerdns', 'memory'] as const;
/** RFC 8945 §6: the algorithms that are not MUST NOT. */
const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'hmac-sha224', 'hmac-sha1'] as const;

/** The schema of `provider`. */
export function providerSection(): v.GenericSchema<unknown, ProviderConfig> {
  return v.variant(
    'name',
    [
      section({
        name: v.literal('cloudflare'),
        token: key('API token; without it, the environment variable CLOUDFLARE_API_TOKEN.', secretPlace()),
        url: key('Another address of the API, for tests.', webAddress()),
      }),
      section({
        name: v.literal('rfc2136'),
        server: must('The primary name server, HOST or HOST:PORT.', text('HOST or HOST:PORT')),
        zones: key('Zones it holds; without it, the domain that is asked for.', list(domainName(), 'domain names')),
        key: key('The TSIG key that updates are signed with.', tsigKey()),
      }),
      section({
        name: v.literal('powerdns'),
        url: must('Address of the HTTP API.', webAddress()),
        server: keyOr('localhost', 'Id of the server in the API.', text('the id of a server')),
        apiKey: must('Where the API key is found: file: PATH or env: NAME.', secretPlace()),
      }),
      section({ name: v.literal('memory'), zone: must('Zone file; it is never written.', text('a path')) }),
    ],
    (issue) => unknownProvider(issue.input),
  );
}

function tsigKey() {
  return section({
    name: must('Name of the key.', parsed('the name of a TSIG key', parseDomainName)),
    algorithm: keyOr('hmac-sha256', 'Algorithm of the key.', choice(TSIG_ALGORITHMS)),
    secret: must('Where the secret (base64) is found: file: PATH or env: NAME.', secretPlace()),
  });
}

function unknownProvider(input: unknown): string {
  if (typeof input !== 'string')
    return `expected the name of a provider (${oneOf(PROVIDERS)}), got ${describeValue(input)}`;
  const meant = closestOf(input, PROVIDERS);
  const ending = meant === null ? `known are ${oneOf(PROVIDERS)}` : `did you mean ${quote(meant)}?`;
  return `${quote(input)} is no provider; ${ending}`;
}

/** The address of an HTTP API. One with a password is refused without being shown. */
function webAddress(): v.GenericSchema<string, string> {
  return v.pipe(
    text('the address of an HTTP API'),
    v.check((value) => !value.includes('@'), 'expected an address without user and password in it'),
    v.check(
      (value) => /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
      'expected an address: http:// or https://',
    ),
  );
}
