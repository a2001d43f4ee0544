import { parseIp, parsePrefix, prefixText } from '@unsent/dns';

/** `ip4:…` or `ip6:…` for an address or a network; null for anything else. */
export function addressTerm(value: string): string | null {
  const prefix = parsePrefix(value);
  if (prefix === null) return null;
  const isHost = prefix.length === (prefix.address.family === 4 ? 32 : 128);
  return `ip${prefix.address.family}:${isHost ? prefix.address.text : prefixText(prefix)}`;
}

/** The addresses or networks that a badly written one stands for; null when nothing is certain. */
export function mendAddress(value: string): readonly string[] | null {
  return (
    netmask(value) ?? wildcard(value) ?? shortNetwork(value) ?? leadingZeros(value) ?? withPort(value) ?? range(value)
  );
}

/** `192.0.2.0/255.255.255.0` */
function netmask(value: string): readonly string[] | null {
  const [address = '', mask = '', ...rest] = value.split('/');
  const bits = parseIp(mask);
  if (rest.length > 0 || parseIp(address)?.family !== 4 || bits?.family !== 4) return null;
  const length = Math.clz32(~bits.w0);
  const isContiguous = (bits.w0 << length) >>> 0 === 0 || length === 32;
  return isContiguous ? [`${address}/${length}`] : null;
}

/** `192.0.2.*`, `192.0.2.x` */
function wildcard(value: string): readonly string[] | null {
  const octets = value.split('.');
  const stars = octets.filter((octet) => octet === '*' || octet.toLowerCase() === 'x').length;
  const areLast = octets.slice(octets.length - stars).every((octet) => octet === '*' || octet.toLowerCase() === 'x');
  if (octets.length !== 4 || stars === 0 || stars > 2 || !areLast) return null;
  const address = [...octets.slice(0, 4 - stars), ...Array.from({ length: stars }, () => '0')].join('.');
  return parseIp(address) === null ? null : [`${address}/${32 - 8 * stars}`];
}

/** `192.0.2/24` and `192.0.2.0.0/24`: the prefix says how many octets count. */
function shortNetwork(value: string): readonly string[] | null {
  const [network = '', length = '', ...rest] = value.split('/');
  const octets = network.split('.').filter((octet) => octet !== '');
  const bits = Number(length);
  if (rest.length > 0 || !/^\d{1,2}$/.test(length) || bits > 32 || octets.length < 2 || octets.length > 3) return null;
  if (bits > octets.length * 8) return null;
  const address = [...octets, ...Array.from({ length: 4 - octets.length }, () => '0')].join('.');
  return parseIp(address) === null ? null : [`${address}/${bits}`];
}

/** `192.000.002.001`, `/024`: some programs read a leading zero as octal, so RFC 7208 §12 allows none. */
function leadingZeros(value: string): readonly string[] | null {
  if (!/^[\d.]+(\/\d+)?$/.test(value)) return null;
  const plain = value.replace(/(^|[./])0+(?=\d)/g, '$1');
  return plain !== value && parsePrefix(plain) !== null ? [plain] : null;
}

/** `192.0.2.1:25` */
function withPort(value: string): readonly string[] | null {
  const [, address = ''] = /^([\d.]+):\d{1,5}$/.exec(value) ?? [];
  return parseIp(address) === null ? null : [address];
}

/** `192.0.2.0-192.0.2.255` is one network where the ends fit. */
function range(value: string): readonly string[] | null {
  const [first = '', last = '', ...rest] = value.split('-');
  const [from, to] = [parseIp(first), parseIp(last)];
  if (rest.length > 0 || from?.family !== 4 || to?.family !== 4 || to.w0 < from.w0) return null;
  const length = Math.clz32(from.w0 ^ to.w0);
  const size = 2 ** (32 - length);
  return from.w0 % size === 0 && to.w0 === from.w0 + size - 1 ? [`${from.text}/${length}`] : null;
}
