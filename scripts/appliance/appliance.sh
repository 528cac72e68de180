#!/usr/bin/env bash
# What happens to the Touchline of a system, from `make install` and from the Debian package alike. Runs as root.
#
#   appliance.sh install FOLDER [link]   brings the version in FOLDER into use; goes back to the one before when it does not
#                                        become healthy. Hosts that record go on recording. Twice is as good as once.
#   appliance.sh activate IDENTITY       the same for a version that is there already, e.g. the one before
#   appliance.sh files FOLDER            only puts the system files in place (with DESTDIR, for a package)
#   appliance.sh busy                    exit code 0 when a recording is running
#   appliance.sh stop                    ends all units and takes them out of the boot
#   appliance.sh remove                  everything but recordings, state and configuration
#   appliance.sh purge                   state and configuration too; never a folder with recordings in it
#   appliance.sh prune                   removes versions that nothing uses
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in places health removal; do
  # shellcheck source=/dev/null
  source "$here/$part.sh"
done

daemon_reload() { systemctl daemon-reload; }

# Brings version $1 into use as far as files go; running processes notice nothing.
bring_in() {
  local version="$VERSIONS/$1"
  place_system_files "$version"
  if [ -z "$DESTDIR" ]; then
    if command -v systemd-sysusers >/dev/null && [ -f /usr/lib/sysusers.d/touchline.conf ]; then
      systemd-sysusers /usr/lib/sysusers.d/touchline.conf
    fi
    if command -v systemd-tmpfiles >/dev/null && [ -f /usr/lib/tmpfiles.d/touchline.conf ]; then
      # Without a running system /run is not there to make folders in.
      systemd-tmpfiles --create /usr/lib/tmpfiles.d/touchline.conf || ! is_live
    fi
  fi
  place_configuration "$version"
  switch_to "$1"
  is_live || return 0
  daemon_reload
  udevadm control --reload 2>/dev/null || true
}

# Cameras that run already are not touched: starting what is started does nothing.
start_units() {
  systemctl --quiet enable touchline.target
  systemctl restart --no-block touchline.service
  systemctl start --no-block touchline.target
}

activate() {
  local id=$1 before wanted=health
  [ -d "$VERSIONS/$id" ] || fail "there is no version $id: $(cd "$VERSIONS" && echo *)"
  before=$(current_version)
  if ! is_live; then
    bring_in "$id"
    if [ -z "$DESTDIR" ] && command -v systemctl >/dev/null; then systemctl --quiet enable touchline.target; fi
    prune_versions
    return
  fi
  if [ "$before" = "$id" ] && place_system_files "$VERSIONS/$id" && systemctl --quiet is-enabled touchline.target && answers "$id"; then
    say "Touchline $id is running already"
    return
  fi
  if [ -n "$before" ] && answers "$before" && ! ask "$before" health >/dev/null; then
    say "Note: machine or recording were not well before this; see: touchline health"
    wanted=answers
  fi
  # A terminal that goes away, or a pipe that nobody reads, must not leave a version that nobody has looked at.
  trap '' HUP PIPE
  trap 'exit 130' INT TERM
  # shellcheck disable=SC2064 # the identities as they are now; the variables end with this function
  trap "go_back '$before' '$id'" EXIT
  bring_in "$id"
  start_units
  await_health "$id" "$wanted" "$HEALTHY_WITHIN_SECONDS" || exit 1
  trap - EXIT INT TERM
  prune_versions "$before"
  say "Touchline $id is running"
}

# The version before comes back. Without one there is nothing better than what is there.
go_back() {
  local before=$1 id=$2
  trap - EXIT INT TERM
  say "Touchline $id did not become healthy within $HEALTHY_WITHIN_SECONDS s. Its last lines:"
  journalctl --unit=touchline.service --lines=15 --no-pager --output=cat >&2 || true
  if [ -z "$before" ] || [ "$before" = "$id" ] || [ ! -d "$VERSIONS/$before" ]; then
    fail "there is no earlier version to go back to; journalctl -u 'touchline*' tells what is wrong"
  fi
  bring_in "$before"
  # It may hang and not hear that it should end. Cameras have units of their own.
  systemctl kill --kill-who=main --signal=KILL touchline.service 2>/dev/null || true
  start_units
  await_health "$before" answers "$BACK_WITHIN_SECONDS" || fail "Touchline $before, the version before, does not answer either: journalctl -u touchline"
  fail "Touchline $before is running again, as before. A running recording was not touched."
}

all_units() {
  systemctl list-units --all --plain --no-legend 'touchline*' | awk '{ print $1 }'
}

stop_units() {
  local units
  is_live || return 0
  units=$(all_units)
  systemctl --quiet disable touchline.target touchline-kiosk.service 2>/dev/null || true
  # The target first: nothing of it is to be started again by what still runs.
  # shellcheck disable=SC2086 # one word per unit
  [ -z "$units" ] || systemctl stop touchline.target $units
  # shellcheck disable=SC2086
  [ -z "$units" ] || systemctl reset-failed $units 2>/dev/null || true
}

remove() {
  local version
  stop_units
  version=$(current_version)
  if [ -n "$version" ]; then remove_system_files "$VERSIONS/$version"; fi
  ! is_live || daemon_reload
  remove_versions
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  install)
    lock_installation
    id=$(stage_version "$@")
    activate "$id"
    ;;
  activate)
    lock_installation
    activate "$1"
    ;;
  files) place_system_files "$1" ;;
  busy) is_live && is_recording "$(current_version)" ;;
  stop) stop_units ;;
  remove) remove ;;
  purge) purge ;;
  prune) prune_versions ;;
  *) sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "${BASH_SOURCE[0]}" >&2 && exit 64 ;;
esac
