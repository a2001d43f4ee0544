import { amazonSnsDialect } from './amazon-sns.ts';
import { jamesDialect } from './apache-james.ts';
import type { Dialect } from './dialect.ts';
import { exchangeDialect } from './exchange.ts';
import { eximDialect } from './exim.ts';
import { fmlDialect } from './fml.ts';
import { gatewayDialects } from './gateways.ts';
import { gmailDialects } from './gmail.ts';
import { groupWiseDialect } from './groupwise.ts';
import { imailDialect } from './imail.ts';
import { japanDialects } from './japan.ts';
import { lotusDialects } from './lotus.ts';
import { mailMarshalDialect } from './mail-marshal.ts';
import { mimecastDialect } from './mimecast.ts';
import { postfixDialect } from './postfix.ts';
import { qmailDialect } from './qmail.ts';
import { sendmailDialects } from './sendmail.ts';
import { smallMtaDialects } from './small-mtas.ts';
import { unitedInternetDialect } from './united-internet.ts';
import { yahooDialect } from './yahoo.ts';
import { zohoDialect } from './zoho.ts';

/** Every dialect, the narrow ones first: the first whose signs a message bears reads it. */
export const DIALECTS: readonly Dialect[] = [
  amazonSnsDialect,
  fmlDialect,
  zohoDialect,
  unitedInternetDialect,
  ...gmailDialects,
  ...gatewayDialects,
  ...smallMtaDialects,
  ...japanDialects,
  ...lotusDialects,
  qmailDialect,
  yahooDialect,
  postfixDialect,
  exchangeDialect,
  imailDialect,
  mailMarshalDialect,
  mimecastDialect,
  jamesDialect,
  groupWiseDialect,
  eximDialect,
  ...sendmailDialects,
];
