#!/bin/bash
# Boots systemd in a copy of this system that lives in memory, runs a script there as a service and ends with it:
#   unshare --mount --pid --fork --uts --ipc --net --cgroup --kill-child systemd-boot.sh FOLDER PACKAGE.deb SCRIPT
# as root. What the script prints stands in FOLDER/out/said afterwards.
set -e
folder=$1 package=$2 script=$3
mount --make-rprivate /
mkdir -p "$folder"/{memory,out}
mount -t tmpfs tmpfs "$folder/memory"
mkdir "$folder"/memory/{changes,work}
system=$folder/memory/system
mkdir "$system"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/memory/changes,workdir=$folder/memory/work" "$system"
mount -t proc proc "$system/proc"
mount -t sysfs sysfs "$system/sys"
mount -t cgroup2 cgroup2 "$system/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$system/run"
mount -t tmpfs -o mode=1777 tmpfs "$system/tmp"
mount --rbind /dev "$system/dev"
ip link set lo up
mkdir -p "$system/try"
mount --bind "$folder/out" "$system/try"
cp "$package" "$system/try/unsent.deb"
install -m 755 "$script" "$system/try/run"

# What belongs to the machine, or to other packages, stays out.
units=$system/etc/systemd/system
rm -rf "$units"/*.wants
for name in systemd-{udevd,udev-trigger,modules-load,hwdb-update,networkd,resolved,timesyncd,random-seed,firstboot} \
  systemd-{update-utmp,journal-flush} systemd-udevd-{control.socket,kernel.socket}; do
  case $name in *.socket) ;; *) name=$name.service ;; esac
  ln -sf /dev/null "$units/$name"
done
cat >"$units/try.service" <<'UNIT'
[Unit]
After=basic.target
Wants=basic.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/try/run
StandardOutput=truncate:/try/said
StandardError=inherit
TimeoutStartSec=200
UNIT

cd "$system"
mkdir -p before
mount --rbind "$system" "$system"
cd "$system"
pivot_root . before
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=try.service --log-target=null --show-status=0
