import { type DomainName, joinTxt, type Resolver } from '@unsent/dns';
import { lintRecord, type RecordLint } from './lint.ts';
import { explanationFindings } from './lint-explanation.ts';
import type { DomainFinding } from './lint-finding.ts';
import { finding, type RuleFinding } from './lint-finding.ts';
import { looksLikeSpf, repairRecord } from './lint-repair.ts';
import { treeFindings } from './lint-tree.ts';
import type { LookupTree } from './lookup-tree.ts';
import { mergeRecords } from './merge-records.ts';
import { isSpfRecord, parseSpf } from './parse.ts';
import { lookupTreeOf } from './tree.ts';

/** What is wrong with the SPF of a domain, as DNS has it now. */
export type DomainLint = {
  readonly domain: DomainName;
  /** The SPF records of the domain; more than one is an error. */
  readonly records: readonly string[];
  /** The record that was looked at: the only one, or the one that was meant. Null when there is none. */
  readonly record: RecordLint | null;
  /** Null without a record. */
  readonly tree: LookupTree | null;
  /** Errors first. Spans point into `record.text`. */
  readonly findings: readonly DomainFinding[];
  /** The record that should be published instead; null when nothing is to do, or somebody must first decide. */
  readonly fixed: string | null;
};

/** Reads and lints the SPF record of `domain` and all that it includes. Rejects only when `signal` aborts. */
export async function lintDomain(domain: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<DomainLint> {
  const answer = await resolver.resolve(domain, 'TXT', signal);
  if (answer.kind === 'failure') {
    return without(domain, [
      finding('error', 'dns-failure', null, '4.4', `DNS cannot be asked for TXT of ${domain}: ${answer.detail}`),
    ]);
  }
  const texts = answer.kind === 'records' ? answer.data.map(joinTxt) : [];
  const records = texts.filter(isSpfRecord);
  const [text] = records;
  if (text === undefined) return withoutRecord(domain, texts, answer.kind === 'nxdomain', resolver, signal);
  if (records.length > 1) return withMany(domain, records, resolver, signal);
  return lintText(domain, text, resolver, { isPublished: true, ...(signal === undefined ? {} : { signal }) });
}

/** The same for a record that need not be published (yet), as if it were `domain`'s. */
export async function lintText(
  domain: DomainName,
  text: string,
  resolver: Resolver,
  options: { readonly isPublished?: boolean; readonly signal?: AbortSignal } = {},
): Promise<DomainLint> {
  const { signal } = options;
  const record = lintRecord(text, { isPublished: options.isPublished ?? false });
  // What receivers must look up is known only for a record that they can read; the mended one stands in for it.
  const readable = record.fixed !== null && parseSpf(text).problems.length > 0 ? record.fixed : text;
  const tree = await lookupTreeOf(readable, domain, resolver, signal);
  const own = record.findings.map((one) => ({ ...one, domain }));
  const below = treeFindings(tree).map((one) => (readable === text ? one : { ...one, span: null }));
  const explained = await explanationFindings(parseSpf(text).record, domain, resolver, signal);
  const findings = [...own, ...below, ...explained.map((one) => plain(domain, one))];
  // Counted once for the record alone and once with its includes: the second says more.
  const isCounted = below.some(({ code }) => code === 'too-many-lookups');
  const kept = findings.filter((one) => !(isCounted && one.code === 'too-many-lookups' && own.includes(one)));
  return { domain, records: [text], record, tree, findings: sorted(kept), fixed: record.fixed };
}

async function withoutRecord(
  domain: DomainName,
  texts: readonly string[],
  isNoDomain: boolean,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<DomainLint> {
  const meant = texts.find(looksLikeSpf);
  if (meant !== undefined) {
    const message =
      'receivers do not take this TXT record for SPF, because it does not begin with "v=spf1" and a space';
    const unrecognised = finding('error', 'not-recognised', null, '4.5', message);
    const lint = await lintText(domain, meant, resolver, {
      isPublished: true,
      ...(signal === undefined ? {} : { signal }),
    });
    const others = lint.findings.filter(({ code }) => code !== 'not-spf');
    return { ...lint, records: [], findings: [plain(domain, unrecognised), ...others] };
  }
  const none = isNoDomain
    ? finding('error', 'no-domain', null, '4.3', `${domain} does not exist in DNS`)
    : finding('error', 'no-record', null, '4.5', `${domain} has no SPF record: anybody may use it as a sender`);
  return { ...without(domain, [none]), fixed: isNoDomain ? null : 'v=spf1 -all' };
}

async function withMany(
  domain: DomainName,
  records: readonly string[],
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<DomainLint> {
  const message = `${records.length} SPF records, and one is allowed: receivers give up (permerror)`;
  const several = without(domain, [finding('error', 'multiple-records', null, '4.5', message)]);
  const fixed = mended(records);
  const tree = fixed === null ? null : await lookupTreeOf(fixed, domain, resolver, signal);
  // Several records are broken whatever a lookup that fails now would have answered.
  const below = tree === null ? [] : treeFindings(tree).filter(({ code }) => code !== 'dns-failure');
  const findings = [
    ...several.findings,
    ...records.flatMap((text, index) => errorsOf(domain, text, `record ${index + 1}`)),
    ...errorsAmong(below, 'as one record'),
  ];
  return { ...several, findings, records, fixed };
}

function errorsOf(domain: DomainName, text: string, which: string): readonly DomainFinding[] {
  const { findings } = lintRecord(text, { isPublished: true });
  return errorsAmong(
    findings.map((one) => ({ ...one, domain })),
    which,
  );
}

/** No spans, because none of several records is the record. */
function errorsAmong(findings: readonly DomainFinding[], where: string): readonly DomainFinding[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return errors.map((one) => ({ ...one, span: null, message: `${one.message} (${where})` }));
}

/** All as one; null where a term cannot be read: without it, who it was meant for would be lost unnoticed. */
function mended(records: readonly string[]): string | null {
  const texts = records.map((text) => repairRecord(text)?.text ?? text);
  return texts.some((text) => parseSpf(text).problems.length > 0) ? null : mergeRecords(texts);
}

function without(domain: DomainName, findings: readonly RuleFinding[]): DomainLint {
  return {
    domain,
    records: [],
    record: null,
    tree: null,
    findings: findings.map((one) => plain(domain, one)),
    fixed: null,
  };
}

function plain(domain: DomainName, { edits: _edits, ...rest }: RuleFinding): DomainFinding {
  return { ...rest, domain };
}

function sorted(findings: readonly DomainFinding[]): readonly DomainFinding[] {
  return [
    ...findings.filter((one) => one.severity === 'error'),
    ...findings.filter((one) => one.severity === 'advice'),
  ];
}
