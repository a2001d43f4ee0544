import { parsePrefix } from '@unsent/dns';
import { addressKey, type IdentityPolicy, type Policy, presetPolicy } from '@unsent/policyd';
import type { IdentityPolicyConfig } from '../config/schema-policy.ts';
import type { PolicyConfig } from '../config.ts';

/** Loopback: what this host's own programs hand in. */
const DEFAULT_SKIP = ['127.0.0.0/8', '::1/128'].flatMap((text) => parsePrefix(text) ?? []);

/** The preset with every key that the configuration sets; `hostname` is what we call ourselves in headers. */
export function policyFrom(config: PolicyConfig, hostname: string): Policy {
  const preset = presetPolicy(config.preset, hostname);
  const { trusted, header } = config;
  const receiver = header?.receiver ?? hostname;
  return {
    ...preset,
    helo: identityFrom(config.helo, preset.helo),
    mailFrom: identityFrom(config.mailFrom, preset.mailFrom),
    onlyNoMailRecords: config.onlyNoMailRecords ?? preset.onlyNoMailRecords,
    strictDomains: config.strictDomains ?? preset.strictDomains,
    skip: config.skip ?? DEFAULT_SKIP,
    forwarders: config.forwarders ?? preset.forwarders,
    trusted: {
      networks: trusted?.networks ?? [],
      heloNames: trusted?.heloNames ?? [],
      spfDomains: trusted?.spfDomains ?? [],
      ptrDomains: trusted?.ptrDomains ?? [],
    },
    deadMx: config.deadMx ?? preset.deadMx,
    refusesPrivateClients: config.refusePrivateClients ?? preset.refusesPrivateClients,
    header: {
      kind: header?.kind ?? preset.header.kind,
      receiver,
      isReceiverHidden: header?.hideReceiver ?? preset.header.isReceiverHidden,
      authservId: header?.authservId ?? receiver,
    },
    prospective: config.prospective ?? preset.prospective,
    reportAddresses: new Set(config.reportAddresses?.map(addressKey) ?? []),
    reasonMessage: config.reasonMessage ?? preset.reasonMessage,
    hasEnhancedCodes: config.enhancedCodes ?? preset.hasEnhancedCodes,
    onError: config.onError ?? preset.onError,
    timeLimitMs: config.timeLimitMs ?? preset.timeLimitMs,
    trustTimeLimitMs: config.trustTimeLimitMs ?? preset.trustTimeLimitMs,
    maxVoidLookups: config.maxVoidLookups ?? preset.maxVoidLookups,
  };
}

function identityFrom(config: IdentityPolicyConfig | null, preset: IdentityPolicy): IdentityPolicy {
  if (config === null) return preset;
  const { on } = config;
  return {
    isChecked: config.check ?? preset.isChecked,
    on: {
      pass: on?.pass ?? preset.on.pass,
      none: on?.none ?? preset.on.none,
      neutral: on?.neutral ?? preset.on.neutral,
      softfail: on?.softfail ?? preset.on.softfail,
      fail: on?.fail ?? preset.on.fail,
      temperror: on?.temperror ?? preset.on.temperror,
      permerror: on?.permerror ?? preset.on.permerror,
    },
    onlyNullSender: config.onlyNullSender ?? preset.onlyNullSender,
    passRestriction: config.passRestriction ?? preset.passRestriction,
  };
}
