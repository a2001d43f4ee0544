import { expect, test } from 'vitest';
import { readMessage } from '../../src/read.ts';

// How these systems word their notices, written from memory and not copied from them; no dialect of ours knows most of them, so they are read
// by their form alone. Every one is about bob@example.net.
const NOTICES: readonly (readonly [
  system: string,
  status: string | null,
  from: string,
  subject: string,
  text: string,
])[] = [
  [
    'Haraka',
    '5.1.1',
    'MAILER-DAEMON <postmaster@mx.example.net>',
    'failed email notice',
    `Hi. This is the Haraka Mailer program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

Intended Recipients: <bob@example.net>
Failure Reason: Error: 550 5.1.1 no such user

--- Below this line is a copy of the message.`,
  ],
  [
    'Stalwart',
    '5.1.2',
    '"Mail Delivery Subsystem" <MAILER-DAEMON@mx.example.net>',
    'Failed to deliver message',
    `Your message could not be delivered to the following recipients:

<bob@example.net> (host 'mx.example.net' rejected command 'RCPT TO:<bob@example.net>' with code 550 (5.1.2) 'no such user')`,
  ],
  [
    'hMailServer',
    '5.1.1',
    'mailer-daemon@mx.example.net',
    'Message undeliverable: hello',
    `Your message did not reach some or all of the intended recipients.

   Sent: Mon, 23 Nov 2026 10:00:00 +0000
   Subject: hello

The following recipient(s) could not be reached:

bob@example.net
   Error Type: SMTP
   Remote server (198.51.100.2) issued an error.
   hMailServer sent: RCPT TO:<bob@example.net>
   Remote server replied: 550 5.1.1 unknown user

hMailServer`,
  ],
  [
    'MDaemon',
    '5.1.1',
    'MDaemon at mx.example.net <MDaemon@mx.example.net>',
    'Permanent Delivery Failure',
    `The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.  The number and frequency
of delivery attempts are determined by local configuration parameters.

YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!

Failed address: bob@example.net

--- Session Transcript ---
 Mon 2026-11-23 10:00:00: --> RCPT To:<bob@example.net>
 Mon 2026-11-23 10:00:01: <-- 550 5.1.1 User unknown
--- End Transcript ---

: Message contains [1] file attachments`,
  ],
  [
    'Kerio Connect',
    '5.1.1',
    'Postmaster <postmaster@mx.example.net>',
    'Delivery Status Notification (Failure)',
    `Your message

    Subject: hello
    Date: Mon, 23 Nov 2026 10:00:00 +0000

was not delivered to the following recipients:

    bob@example.net:
        Remote server replied: 550 5.1.1 User unknown`,
  ],
  [
    'SurfControl',
    '5.1.1',
    '"SurfControl E-mail Filter" <postmaster@mx.example.net>',
    'SurfControl E-mail Filter: Your message could not be delivered',
    `Your message could not be sent.
A transcript of the attempts to send the message follows.
The number of attempts made: 1
Addressed To: bob@example.net

Mon, 23 Nov 2026 10:00:00 +0000
Failed to send to identified host,
bob@example.net: [198.51.100.2], 550 5.1.1 User unknown
--- Message non-deliverable.`,
  ],
  [
    'McAfee WebShield',
    '5.1.1',
    'MAILER-DAEMON@mx.example.net',
    'Undeliverable: hello',
    `The following email message could not be delivered to the following recipients:

--- bob@example.net ---
550 5.1.1 User unknown

WebShield SMTP`,
  ],
  [
    'MessageLabs',
    '5.1.1',
    'MAILER-DAEMON@messagelabs.example',
    'failure notice',
    `This is the mail delivery agent at messagelabs.example.
I was unable to deliver your message to the following addresses:

<bob@example.net>
Reason: 550 5.1.1 User unknown

The message subject was: hello
The message date was: Mon, 23 Nov 2026 10:00:00 +0000
The message identifier was: 1A/B2-1234-ABCD
The message reference was: server-1.tower-2`,
  ],
  [
    'XMail',
    '5.1.1',
    'postmaster@mx.example.net',
    'Error sending message [1234.mx] from [example.com]',
    `[<00>] XMail bounce: Rcpt=[bob@example.net];Error=[550 5.1.1 User unknown]


[<01>] Error sending message [1234.mx] from [example.com].

ID:        <S1234>
Mail From: <anna@example.com>
Rcpt To:   <bob@example.net>
Server:    <mx.example.net> [198.51.100.2]`,
  ],
  [
    'Mercury/32',
    null,
    'Electronic Postmaster <postmaster@mx.example.net>',
    'Postmaster Notify: Delivery Failure.',
    `   Notice from the mail system:

With regard to your message to
  bob@example.net

User not known at this site.`,
  ],
  [
    'SurgeMail',
    null,
    'MAILER-DAEMON@mx.example.net',
    'Mail delivery error',
    `Your message cannot be delivered to the following recipients:

Recipient: [SMTP:bob@example.net]
Reason: Remote SMTP Server Returned: 550 User unknown`,
  ],
  [
    'CommuniGate Pro',
    '5.1.1',
    'MAILER-DAEMON@mx.example.net',
    'Undeliverable mail: hello',
    `Failed to deliver to 'bob@example.net'
SMTP module(domain example.net) reports:
 host mx.example.net says:
 550 5.1.1 unknown user account`,
  ],
  [
    'Axigen',
    null,
    'mailer-daemon@mx.example.net',
    'Delivery failure',
    `Unfortunately, I was not able to deliver your message to one or more recipients.

The following recipients failed permanently:
  bob@example.net, reason: 550 User unknown`,
  ],
  [
    'IceWarp',
    '5.1.1',
    'MAILER-DAEMON@mx.example.net',
    'Mail delivery failed',
    `IceWarp Mail Server could not deliver the following message:

Recipient: <bob@example.net>
Reason: 550 5.1.1 User unknown`,
  ],
  [
    'a Japanese carrier',
    null,
    'MAILER-DAEMON@softbank.example',
    'Mail System Error - Returned Mail',
    `This Message was undeliverable due to the following reason:

Each of the following recipients was rejected by a remote mail server.
The reasons given by the server are included to help you determine why
each recipient was rejected.

    Recipient: <bob@example.net>
    Reason:    User unknown


Please reply to <postmaster@softbank.example>
if you feel this message to be in error.`,
  ],
  [
    'another Japanese carrier',
    null,
    'mailer-daemon@docomo.example',
    'Undelivered Mail Returned to Sender',
    `The mail system

  -----The following address(es) had permanent fatal errors-----
<bob@example.net>
    (reason: 550 Unknown user bob@example.net)`,
  ],
  [
    'a Russian provider',
    '5.1.1',
    'MAILER-DAEMON@yandex.example',
    'Недоставленное сообщение',
    `Это автоматическое сообщение почтовой системы.

К сожалению, нам не удалось доставить ваше письмо по следующим адресам:

<bob@example.net>: host mx.example.net[198.51.100.2] said: 550 5.1.1 User unknown`,
  ],
  [
    'Courier without its report part',
    null,
    '"Courier mail server at mx.example.net" <postmaster@mx.example.net>',
    'NOTICE: mail delivery status.',
    `This is a delivery status notification from mx.example.net,
running the Courier mail server, version 1.0.

The original message was received on Mon, 23 Nov 2026 10:00:00 +0000
from out.example.com (out.example.com [192.0.2.25])

---------------------------------------------------------------------------

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<bob@example.net>:
    mx2.example.net [198.51.100.2]:
>>> RCPT TO:<bob@example.net>
<<< 550 User unknown.

---------------------------------------------------------------------------`,
  ],
  [
    'Microsoft 365, German',
    '5.1.10',
    'postmaster@tenant.example',
    'Unzustellbar: hello',
    `Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

bob@example.net<mailto:bob@example.net>
Die eingegebene E-Mail-Adresse wurde nicht gefunden.

Diagnoseinformationen für Administratoren:

Generierender Server: AM0PR01.example

bob@example.net
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'

Ursprüngliche Nachrichtenkopfzeilen:`,
  ],
  [
    'Microsoft 365, French',
    '5.1.1',
    'postmaster@tenant.example',
    'Non remis : hello',
    `Échec de la remise à ces destinataires ou groupes :

bob@example.net
L'adresse de courrier que vous avez entrée est introuvable.

Informations de diagnostic pour les administrateurs :

Serveur de génération : AM0PR01.example

bob@example.net
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

En-têtes de message d'origine :`,
  ],
  [
    'Microsoft 365, Spanish',
    '5.1.1',
    'postmaster@tenant.example',
    'No se puede entregar: hello',
    `Error de entrega a estos destinatarios o grupos:

bob@example.net
No se encontró la dirección de correo electrónico.

bob@example.net
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Japanese',
    '5.1.1',
    'postmaster@tenant.example',
    '配信不能: hello',
    `次の受信者またはグループへの配信に失敗しました:

bob@example.net
入力した電子メール アドレスが見つかりませんでした。

管理者向け診断情報:

bob@example.net
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Korean',
    '5.1.1',
    'postmaster@tenant.example',
    '배달되지 않음: hello',
    `다음 받는 사람 또는 그룹에 배달하지 못했습니다.

bob@example.net
전자 메일 주소를 찾을 수 없습니다.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Chinese',
    '5.1.1',
    'postmaster@tenant.example',
    '未送达: hello',
    `发送到下列收件人或通讯组失败:

bob@example.net
找不到您输入的电子邮件地址。

bob@example.net
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Portuguese',
    '5.1.1',
    'postmaster@tenant.example',
    'Não entregue: hello',
    `Falha na entrega a estes destinatários ou grupos:

bob@example.net
O endereço de email não foi encontrado.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Italian',
    '5.1.1',
    'postmaster@tenant.example',
    'Non recapitabile: hello',
    `Impossibile recapitare il messaggio ai seguenti destinatari o gruppi:

bob@example.net
L'indirizzo di posta elettronica immesso non è stato trovato.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Dutch',
    '5.1.1',
    'postmaster@tenant.example',
    'Onbestelbaar: hello',
    `Het bezorgen bij deze geadresseerden of groepen is mislukt:

bob@example.net
Het e-mailadres is niet gevonden.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Polish',
    '5.1.1',
    'postmaster@tenant.example',
    'Niedostarczalny: hello',
    `Dostarczenie do następujących adresatów lub grup nie powiodło się:

bob@example.net
Nie odnaleziono adresu.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Swedish',
    '5.1.1',
    'postmaster@tenant.example',
    'Kan inte leverera: hello',
    `Det gick inte att leverera till följande mottagare eller grupper:

bob@example.net
E-postadressen hittades inte.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
  [
    'Microsoft 365, Turkish',
    '5.1.1',
    'postmaster@tenant.example',
    'Teslim edilemedi: hello',
    `Şu alıcılara veya gruplara teslim edilemedi:

bob@example.net
E-posta adresi bulunamadı.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`,
  ],
];

test.each(NOTICES)('%s', async (_system, status, from, subject, text) => {
  const header = `Return-Path: <>\nFrom: ${from}\nTo: anna@example.com\nSubject: ${subject}\nMIME-Version: 1.0\n`;
  const read = await readMessage(Buffer.from(`${header}Content-Type: text/plain; charset=utf-8\n\n${text}\n`));
  expect(read).toMatchObject({
    kind: 'bounce',
    report: { recipients: [{ address: 'bob@example.net', action: 'failed' }] },
  });
  expect(read.report?.recipients).toHaveLength(1);
  if (status !== null) expect(read.report?.recipients[0]?.status).toBe(status);
});
