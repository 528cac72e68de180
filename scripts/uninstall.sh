#!/usr/bin/env bash
# Takes the installed Touchline off this machine. Recordings, state and configuration stay; PURGE=1 removes state and
# configuration as well, and recordings never. Refuses while a recording is running, unless FORCE=1.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
source "$here/lib/common.sh"

export DESTDIR=${DESTDIR:-}
appliance="$here/appliance/appliance.sh"
[ "$(id -u)" -eq 0 ] || [ -n "$DESTDIR" ] || fail "this needs root: sudo make uninstall"
if [ -z "$DESTDIR" ] && have dpkg-query && dpkg-query -S /usr/bin/touchline >/dev/null 2>&1; then
  fail "Touchline was installed from its Debian package: apt-get remove touchline"
fi
if [ "${FORCE:-}" != 1 ] && bash "$appliance" busy; then
  fail "a recording is running: touchline stop first, or FORCE=1 to stop it now (what is recorded is kept)"
fi
bash "$appliance" remove
if [ "${PURGE:-}" = 1 ]; then
  bash "$appliance" purge
else
  say "Touchline is removed. Recordings, state and configuration are still in /var/lib/touchline and /etc/touchline."
fi
