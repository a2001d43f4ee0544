/** A request as Postfix sends it (SMTPD_POLICY_README), for a client that is a stranger, with these attributes instead. */
export function policyRequest(fields: Readonly<Record<string, string>>): string {
  const attributes = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    client_address: '192.0.2.7',
    helo_name: 'mx.example.net',
    sender: '',
    recipient: 'u@example.com',
    ...fields,
  };
  return `${Object.entries(attributes)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')}\n`;
}
