#!/bin/bash
# Runs as a service under a systemd of its own (systemd-boot.sh): our package, our units, nothing else.
cd /
say() { echo; echo "== $1"; eval "$2" 2>&1 || true; }
# Postfix' question about a bounce to a domain that never sends.
ask() {
  printf 'request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.99\nhelo_name=mx.example.net\nsender=\nrecipient=joe@parked.example\ninstance=%s\n\n' "$1" >/tmp/request
  (exec 3<>/dev/tcp/127.0.0.1/10040 && cat /tmp/request >&3 && head -n 1 <&3) 2>/dev/null | grep .
}
eventually() { for _ in $(seq 100); do eval "$1" >/dev/null 2>&1 && return; sleep 0.1; done; echo "never: $1"; }
property() { systemctl show -P "$1" "$2"; }
journal() { journalctl --sync; journalctl -o cat --no-pager -u "$1"; }
as_unsent() { setpriv --reuid=unsent --regid=unsent --init-groups "$@"; }

rm -f /usr/sbin/policy-rc.d
dpkg -i /try/unsent.deb >/tmp/dpkg.log 2>&1 || cat /tmp/dpkg.log
systemctl start unsent-policyd
eventually 'test -f /var/lib/unsent/unsent.db'
say unconfigured 'systemctl is-active unsent-policyd; ls -d /etc/unsent/* /var/lib/unsent/unsent.db'
systemctl stop unsent-policyd
cat >/etc/unsent/unsent.yaml <<'YAML'
domains:
  unused: [parked.example]
dns: {servers: [127.0.0.1], timeoutMs: 100}
mailboxes: [/var/mail/unsent-try]
YAML
from='From MAILER-DAEMON Thu Nov 26 03:00:00 2026'
report='Content-Type: multipart/report; report-type=delivery-status; boundary=b'
status='Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; joe@example.net\nAction: failed\nStatus: 5.1.1'
printf "$from\nFrom: MAILER-DAEMON@mx.example.net\nTo: x@parked.example\nDate: $(date -R)\nMessage-ID: <1@mx.example.net>\n$report\n\n--b\nContent-Type: text/plain\n\nUnknown user.\n--b\nContent-Type: message/delivery-status\n\n$status\n\n--b--\n\n" >/var/mail/unsent-try
chown root:mail /var/mail/unsent-try
chmod 660 /var/mail/unsent-try

systemctl start unsent-policyd
eventually 'ask 0'
say policyd 'ask 1'
pid=$(property MainPID unsent-policyd)
say fenced "grep -E '^(NoNewPrivs|Seccomp|CapBnd):' /proc/$pid/status"
say logged 'eventually "journal unsent-policyd | grep ^1:"; journal unsent-policyd | grep ^1:'
kill -9 "$pid"
eventually 'ask 2'
say again 'property NRestarts unsent-policyd; ask 3'
systemctl reload unsent-policyd
say reloaded 'eventually "journal unsent-policyd | grep again"; journal unsent-policyd | grep again'
systemctl stop unsent-policyd
say stopped 'property Result unsent-policyd'
systemctl start unsent-policyd.socket
say activated 'systemctl is-active unsent-policyd; ask 4; systemctl is-active unsent-policyd'
systemctl stop unsent-policyd.socket unsent-policyd

systemctl start unsent-scan
say scanned 'property Result unsent-scan; journal unsent-scan'
say place 'stat -c "%a %U:%G" /var/lib/unsent /var/lib/unsent/unsent.db'
mkdir -p /etc/systemd/system/unsent-scan.service.d
sed -n 's/^#  //p' /lib/systemd/system/unsent-scan.service >/etc/systemd/system/unsent-scan.service.d/notify.conf
echo 'notify: {to: root@localhost, threshold: 1}' >>/etc/unsent/unsent.yaml
systemctl daemon-reload
rm -f /var/spool/postfix/maildrop/* /var/lib/unsent/unsent.db*
systemctl start unsent-scan
say notified 'property Result unsent-scan; cat /var/spool/postfix/maildrop/* | grep -a -o -m 1 parked.example'

database=/tmp/database
programs=$(echo /usr/lib/postgresql/*/bin)
install -d -o postgres "$database"
setpriv --reuid=postgres --regid=postgres --clear-groups sh -c "
  $programs/initdb -D $database/data -A peer >/dev/null &&
  $programs/pg_ctl -D $database/data -o '-k $database -c listen_addresses=' -w -l $database/log start >/dev/null &&
  $programs/createuser -h $database unsent && $programs/createdb -h $database -O unsent unsent"
chmod 755 "$database"
sed -i '/^notify/d' /etc/unsent/unsent.yaml
echo "state: postgres:///unsent?host=$database" >>/etc/unsent/unsent.yaml
usermod -aG mail unsent
say doctor 'as_unsent unsent doctor | grep postgres'
as_unsent unsent scan --enqueue >/dev/null
mkdir -p /etc/systemd/system/unsent-worker.service.d
printf '[Service]\nPrivateTmp=no\n' >/etc/systemd/system/unsent-worker.service.d/try.conf
systemctl daemon-reload
systemctl start unsent-worker
say worked 'eventually "as_unsent unsent scan status | grep 100"; as_unsent unsent scan status | grep -o "100 %  1 message"'
systemctl stop unsent-worker
say ended 'property Result unsent-worker'

systemctl enable unsent-policyd unsent-scan.timer >/dev/null 2>&1
systemctl start unsent-policyd unsent-worker unsent-scan.timer
pid=$(property MainPID unsent-policyd)
worker=$(property MainPID unsent-worker)
say upgraded 'dpkg -i /try/unsent.deb >/dev/null 2>&1; [ "$(property MainPID unsent-policyd)" != "$pid" ] && eventually "ask 5"; ask 6'
say renewed '[ "$(property MainPID unsent-worker)" != "$worker" ] && systemctl is-active unsent-worker'
say removed 'dpkg -r unsent >/dev/null 2>&1; for unit in unsent-policyd.service unsent-scan.timer; do systemctl is-active $unit; done; ls /etc/systemd/system/*.wants/unsent*'
