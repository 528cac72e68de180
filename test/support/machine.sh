#!/usr/bin/env bash
# The private world of a test machine (test/support/machine.ts): started in a mount namespace of its own, it lays an
# overlay in memory over this machine's root, says `ready`, and takes everything down again when its standard input ends,
# which it does also when the test was killed.
#
#   machine.sh FOLDER [GIBIBYTES]        holds the world until the input ends
#   machine.sh boot FOLDER ARG...        boots it (inside the namespace of the holder; ARG are nspawn's)
set -euo pipefail

# One control group per machine, so that units of two machines at once do not meet in one.
group_of() { printf '/sys/fs/cgroup/touchline-%s\n' "$(basename "$1")"; }

if [ "$1" = boot ]; then
  folder=$2
  shift 2
  echo $$ >"$(group_of "$folder")/cgroup.procs"
  exec setpriv --pdeathsig KILL systemd-nspawn --quiet --directory="$folder/root" --register=no --keep-unit \
    --private-network --link-journal=no --console=pipe "$@"
fi

folder=$1
mount -t tmpfs -o "mode=755,size=${2:-4}G" touchline-machine "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" touchline-machine "$folder/root"
# The unified hierarchy, whatever this machine itself uses: it is what the supported systems boot with.
umount --lazy --recursive /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 touchline-machine /sys/fs/cgroup
mkdir -p "$(group_of "$folder")"
mount -t tmpfs -o mode=755 touchline-machine /run

# What somebody installed on this machine is not started a second time, and none of its disks is looked for.
root=$folder/root
rm -rf "$root"/etc/systemd/system/*.{wants,requires} "$root/etc/fstab" "$root/etc/crypttab"
rm -rf "$root"/{etc,opt,var/lib}/touchline "$root"/etc/systemd/system/touchline* "$root/usr/bin/touchline"
rm -rf "$root/var/log/journal"
mkdir -p "$root/var/log/journal"

echo ready
cat >/dev/null
# When the supervisor was killed its systemd goes on: whatever is left in the machine's groups is ended here.
for _ in $(seq 50); do
  find "$(group_of "$folder")" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -9 2>/dev/null || true
  find "$(group_of "$folder")" -depth -type d -exec rmdir {} + 2>/dev/null && break
  sleep 0.1
done
umount --lazy --recursive "$folder"
