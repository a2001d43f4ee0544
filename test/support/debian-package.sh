#!/bin/bash
# Installs, uses, upgrades, removes and purges a package in a copy of this system that lives in memory and is gone at the
# end: debian-package.sh FOLDER OLD.deb NEW.deb, as root, inside `unshare --mount`.
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1"/{changes,work,system}
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" "$1/system"
mount -t proc proc "$1/system/proc"
mount --bind /dev "$1/system/dev"
cp "$2" "$1/system/root/old.deb"
cp "$3" "$1/system/root/new.deb"
exec chroot "$1/system" bash -c '
cd /
installed() { dpkg -i "$1" >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; exit 1; }; }
say() { echo; echo "== $1"; eval "$2" 2>&1 || true; }
installed /root/old.deb
say version "unsent --version"
mkdir /tmp/home
as() { setpriv --reuid="$1" --regid="$1" --clear-groups env HOME=/tmp/home "${@:2}"; }
say folder "stat -c \"%a %U:%G\" /etc/unsent; ls /etc/unsent"
say anybody "as daemon unsent config path"
say example "unsent config check /usr/share/doc/unsent/examples/unsent.yaml"
say unconfigured "as unsent env XDG_STATE_HOME=/var/lib unsent policyd --check"
printf "unused: [parked.example]\n" >/tmp/answers.yaml
say init "unsent init --from /tmp/answers.yaml --no-check"
say config "stat -c \"%a %U:%G\" /etc/unsent/unsent.yaml; as unsent unsent config check"
say forbidden "as daemon unsent config path"
say state "stat -c \"%a %U:%G\" /var/lib/unsent"
say compiled "ls /usr/lib/unsent/bundle/compiled | grep -c main.js"
say check "unsent config check"
: >/tmp/empty.mbox
say scan "unsent scan /tmp/empty.mbox"
say database "stat -c \"%a %G\" /var/lib/unsent/unsent.db"
say policyd "printf \"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=127.0.0.1\n\n\" | setpriv --reuid=unsent --regid=unsent --clear-groups unsent policyd --stdio | cat"
say man "man --warnings -l /usr/share/man/man1/unsent-lockdown.1.gz | grep -c dry-run"
say pages "for page in /usr/share/man/man?/unsent*; do man --warnings -l \$page 2>&1 >/dev/null; done"
say named "unsent config --help | grep -o \"docs/.*md\"; cd /usr/share/doc/unsent; ls docs/configuration.md docs/providers/cloudflare.md; stat -c %a docs docs/api; cd /"
say bash "source /usr/share/bash-completion/completions/unsent; COMP_WORDS=(unsent lockdown --dry); COMP_CWORD=2; _unsent; echo \${COMPREPLY[@]}"
echo "# mine" >>/etc/unsent/unsent.yaml
installed /root/new.deb
say upgraded "dpkg-query -W -f \"\\\${Version}\" unsent"
say kept "tail -n 1 /etc/unsent/unsent.yaml; stat -c \"%a %U:%G\" /etc/unsent/unsent.yaml"
dpkg -r unsent >/dev/null 2>&1
say removed "ls -d /usr/lib/unsent /usr/bin/unsent /etc/unsent/unsent.yaml /var/lib/unsent/unsent.db"
dpkg -P unsent >/dev/null 2>&1
say purged "ls -d /etc/unsent /var/lib/unsent; id unsent"
'
