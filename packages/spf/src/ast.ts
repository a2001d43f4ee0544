import type { DomainName } from '@unsent/dns';

/** Offsets into the record text: `text.slice(start, end)`. */
export type Span = { readonly start: number; readonly end: number };

// qualifier = "+" / "-" / "?" / "~"                                        RFC 7208 §4.6.1
export type Qualifier = '+' | '-' | '~' | '?';

// macro-letter = "s" / "l" / "o" / "d" / "i" / "p" / "h" / "c" / "r" / "t" / "v"     RFC 7208 §7.1
export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'c' | 'r' | 't' | 'v';

// macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"
// transformers = *DIGIT [ "r" ]
/** `%%`, `%_` and `%-` are already text: `%`, a space and `%20`. Neighbouring texts are one part. */
export type MacroPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'macro';
      readonly letter: MacroLetter;
      /** How many right-hand parts to keep; null keeps all. */
      readonly keep: number | null;
      readonly reverse: boolean;
      /** As written; `''` means the default, a dot. */
      readonly delimiters: string;
      /** Written as a capital letter: the value is URL-escaped (RFC 7208 §7.3). */
      readonly urlEscape: boolean;
    };

export type MacroString = readonly MacroPart[];

// domain-spec = macro-string domain-end                                    RFC 7208 §7.1
export type DomainSpec = {
  readonly parts: MacroString;
  /** The name itself when it needs no macro and can be asked for in DNS; otherwise null. */
  readonly fixed: DomainName | null;
};

// all = "all"    include = "include" ":" domain-spec    exists = "exists" ":" domain-spec
// a = "a" [ ":" domain-spec ] [ dual-cidr-length ]      mx = "mx" [ ":" domain-spec ] [ dual-cidr-length ]
// ptr = "ptr" [ ":" domain-spec ]                                          RFC 7208 §5
// ip4 = "ip4" ":" ip4-network [ ip4-cidr-length ]       ip6 = "ip6" ":" ip6-network [ ip6-cidr-length ]
export type Mechanism =
  | { readonly name: 'all' }
  | { readonly name: 'include'; readonly domain: DomainSpec }
  | { readonly name: 'exists'; readonly domain: DomainSpec }
  | {
      readonly name: 'a' | 'mx';
      readonly domain: DomainSpec | null;
      readonly prefix4: number;
      readonly prefix6: number;
    }
  | { readonly name: 'ptr'; readonly domain: DomainSpec | null }
  | NetworkMechanism;

/**
 * `ip4` and `ip6`: the address as written, host bits included, in 32-bit words as bit operators give them (signed).
 *
 * An IPv4 address lives in `w0`; `networkText` prints either.
 */
export type NetworkMechanism = {
  readonly name: 'ip4' | 'ip6';
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly prefix: number;
};

export type MechanismName = Mechanism['name'];

// directive = [ qualifier ] mechanism
export type Directive = { readonly qualifier: Qualifier; readonly mechanism: Mechanism; readonly span: Span };

// redirect = "redirect" "=" domain-spec    explanation = "exp" "=" domain-spec      RFC 7208 §6
export type TargetModifier = { readonly domain: DomainSpec; readonly span: Span };

// unknown-modifier = name "=" macro-string                                 RFC 7208 §4.6.1
export type UnknownModifier = { readonly name: string; readonly value: MacroString; readonly span: Span };

// record = version terms *SP    terms = *( 1*SP ( directive / modifier ) )
export type SpfRecord = {
  /** As published, character-strings joined. */
  readonly text: string;
  readonly directives: readonly Directive[];
  readonly redirect: TargetModifier | null;
  readonly exp: TargetModifier | null;
  readonly unknownModifiers: readonly UnknownModifier[];
};
