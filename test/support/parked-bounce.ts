/** One bounce of an mbox, of mail that was forged in the name of parked.example; each number makes another message. */
export function parkedBounce(number: number, address: string, arrived: Date): string {
  return `From MAILER-DAEMON Mon Nov 23 10:00:00 2026
Received: from mx.example.net (mx.example.net [198.51.100.25]) by mx.home.example; ${arrived.toUTCString()}
From: MAILER-DAEMON@mx.example.net
To: ${address}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce.${number}@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; nobody@example.net
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

From: ${address}
Message-ID: <spam.${number}@bot.example.org>

--b--

`;
}
