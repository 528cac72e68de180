# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source it use what is set here
# Where the parts of an installed Touchline are, and how they get there: each file and link by rename, so that an
# interruption leaves the old one or the new one. DESTDIR is put in front of every path, for packages.

DESTDIR=${DESTDIR:-}
# As the kernel names the programs of running processes: /opt may be a link to a larger disk.
OPT=$(readlink -m "$DESTDIR/opt/touchline")
VERSIONS="$OPT/versions"
CURRENT="$OPT/current"
CONFIG="$DESTDIR/etc/touchline/touchline.json"
STATE="$DESTDIR/var/lib/touchline"
CACHE="$DESTDIR/var/cache/touchline"
UNITS_DIR="$DESTDIR/usr/lib/systemd/system"

# A terminal that went away takes no words. That must end nothing: it may be the way back from a bad version that speaks.
say() { printf '%s\n' "$*" >&2 || true; }

fail() {
  say "error: $*"
  exit 1
}

# Whether this is about the running system, with a systemd that can be asked.
is_live() { [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; }

# One at a time; the lock goes with the process.
lock_installation() {
  mkdir -p "$OPT"
  exec 8>"$OPT/.lock"
  flock -n 8 || {
    say "Waiting for another installation to finish"
    flock 8
  }
}

# place FILE TARGET [MODE [GROUP]]: nothing is written when the target has that content already.
place() {
  local source=$1 target=$2 mode=${3:-0644} group=${4:-} new
  mkdir -p "$(dirname "$target")"
  if ! cmp -s "$source" "$target"; then
    new=$(mktemp "$(dirname "$target")/.touchline.XXXXXX")
    cp "$source" "$new"
    [ -z "$group" ] || chgrp "$group" "$new"
    chmod "$mode" "$new"
    sync "$new"
    mv -fT "$new" "$target"
  fi
}

# Where a file of a version's systemd/ folder belongs on the system; nothing for what is not installed.
place_of() {
  case $1 in
    *.service | *.target | *.timer | *.path | *.slice | *.socket) echo "$UNITS_DIR/$(basename "$1")" ;;
    *sysusers*.conf) echo "$DESTDIR/usr/lib/sysusers.d/touchline.conf" ;;
    *tmpfiles*.conf) echo "$DESTDIR/usr/lib/tmpfiles.d/touchline.conf" ;;
    *polkit*.rules) echo "$DESTDIR/usr/share/polkit-1/rules.d/$(basename "$1")" ;;
    *.rules) echo "$DESTDIR/usr/lib/udev/rules.d/$(basename "$1")" ;;
  esac
}

# The files outside of /opt that belong to a version: `<file in the version> <place>`, one per line.
system_files() {
  local version=$1 file target
  (cd "$version" && find systemd -type f | sort) | while read -r file; do
    target=$(place_of "$file")
    [ -z "$target" ] || printf '%s %s\n' "$file" "$target"
  done
  printf '%s %s\n' appliance/touchline "$DESTDIR/usr/bin/touchline"
}

# Puts the system files of a version into place and removes units that only another version has.
place_system_files() {
  local version=$1 file target mode unit wanted=' '
  while read -r file target; do
    mode=0644
    [ ! -x "$version/$file" ] || mode=0755
    place "$version/$file" "$target" "$mode"
    wanted="$wanted$target "
  done < <(system_files "$version")
  for unit in "$UNITS_DIR"/touchline*; do
    if [ -f "$unit" ] && [[ $wanted != *" $unit "* ]]; then rm -f "$unit"; fi
  done
}

remove_system_files() {
  local version=$1 file target
  while read -r file target; do rm -f "$target"; done < <(system_files "$version")
}

# Whether every file of a version folder is there and is what it was when it was assembled.
is_intact() { [ -f "$1/SHA256SUMS" ] && (cd "$1" && sha256sum --check --quiet --strict SHA256SUMS >/dev/null 2>&1); }

# stage_version FOLDER [link]: makes it versions/<its identity>, by copy or by hard links. Prints the identity.
stage_version() {
  local source=$1 how=${2:-copy} id partial
  id=$(cat "$source/ID")
  [[ $id =~ ^[0-9][A-Za-z0-9.~-]*\+[0-9a-f]{8}$ ]] || fail "$source is no version of Touchline"
  printf '%s\n' "$id"
  mkdir -p "$VERSIONS"
  rm -rf "$VERSIONS"/.partial.*
  if is_intact "$VERSIONS/$id"; then return 0; fi
  partial=$(mktemp -d "$VERSIONS/.partial.XXXXXX")
  if [ "$how" != link ] || ! cp -al "$source/." "$partial" 2>/dev/null; then
    cp -a "$source/." "$partial"
    [ "$(id -u)" -ne 0 ] || chown -R 0:0 "$partial"
  fi
  chmod 0755 "$partial"
  is_intact "$partial" || fail "$source is damaged: build it again"
  sync -f "$partial"
  # A damaged folder of the same name makes room; what runs from it keeps its open files.
  if [ -e "$VERSIONS/$id" ]; then mv -T "$VERSIONS/$id" "$VERSIONS/.partial.damaged"; fi
  mv -T "$partial" "$VERSIONS/$id"
  sync -f "$VERSIONS"
  rm -rf "$VERSIONS"/.partial.*
}

# Identity of the version that is in use, nothing when there is none.
current_version() {
  local target
  target=$(readlink "$CURRENT" 2>/dev/null) || return 0
  [ ! -d "$VERSIONS/$(basename "$target")" ] || basename "$target"
}

switch_to() {
  local new
  new="$OPT/.current.$$"
  ln -sfn "versions/$1" "$new"
  mv -fT "$new" "$CURRENT"
  sync -f "$OPT"
}

# The configuration of a first installation; in one that is there nothing is ever changed. It may come to hold passwords of
# IP cameras, so beside root only the rig may read it.
place_configuration() {
  local group=''
  if [ -z "$DESTDIR" ] && getent group touchline >/dev/null; then group=touchline; fi
  if [ ! -e "$CONFIG" ]; then
    place "$1/appliance/touchline.json" "$CONFIG" 0640 "$group"
  elif [ -n "$group" ] && [ "$(stat -c '%U:%G %a' "$CONFIG")" = 'root:root 640' ]; then
    # Installations set the group last once, and one that was cut off before that left a file that the rig cannot read.
    chgrp "$group" "$CONFIG"
  fi
}

# Removes versions that nothing needs: not current, not the one before, and no process runs from it.
prune_versions() {
  local keep=${1:-} version id
  for version in "$VERSIONS"/*/; do
    id=$(basename "$version")
    if [ "$id" = "$(current_version)" ] || [ "$id" = "$keep" ] || is_running_from "$VERSIONS/$id"; then continue; fi
    rm -rf "$VERSIONS/${id:?}"
  done
}

is_running_from() {
  local exe
  for exe in /proc/[0-9]*/exe; do
    case $(readlink "$exe" 2>/dev/null) in "$1"/*) return 0 ;; esac
  done
  return 1
}
