/** What stands below the options in `unsent --help`. Kept within 80 columns. */
export const HELP_AFTER = `
Examples:
  unsent scan ~/Maildir                    who forges you, what bounces to you
  unsent audit example.com                 can it be forged? from DNS alone
  unsent lockdown example.com --dry-run    what would change in the DNS
  unsent config check                      is the configuration right?

Exit codes:
  0  done                                  4  applied, but not verified
  1  failed                                5  a finding (--fail-on, audit)
  2  bad usage or configuration            6  another run holds the lock
  3  refused; nothing was written

Environment:
  UNSENT_CONFIG         the configuration file, when --config is not given
  CLOUDFLARE_API_TOKEN  the token, when the configuration names no other place
  NO_COLOR FORCE_COLOR  no colours, or colours also into a pipe

Files:
  /etc/unsent/unsent.yaml, else ~/.config/unsent/unsent.yaml
`;
