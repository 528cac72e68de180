#!/usr/bin/env bash
# Installs the Touchline of this checkout on this machine, or brings it up to date; `make install` and `make upgrade`.
# With DESTDIR it only lays the files out below that folder.
#
#   install.sh [install|upgrade]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in common payload; do
  # shellcheck source=/dev/null
  source "$here/lib/$part.sh"
done

export DESTDIR=${DESTDIR:-}
[ "$(id -u)" -eq 0 ] || [ -n "$DESTDIR" ] || fail "this needs root: sudo make ${1:-install}"
if [ "${1:-install}" = upgrade ] && [ ! -e "$DESTDIR/opt/touchline/current" ]; then
  fail "Touchline is not installed here yet: sudo make install"
fi
if [ -z "$DESTDIR" ] && have dpkg-query && dpkg-query -S /usr/bin/touchline >/dev/null 2>&1; then
  fail "Touchline was installed from its Debian package: upgrade it in that way, or remove it first (apt-get remove touchline)"
fi

# Whoever owns the checkout builds it, so that nothing in it comes to belong to root.
as_owner() {
  local owner
  owner=$(stat -c %U "$ROOT")
  if [ "$(id -u)" -ne 0 ] || [ "$owner" = root ] || [ "$owner" = UNKNOWN ]; then
    "$@"
  else
    runuser -u "$owner" -- env HOME="$(getent passwd "$owner" | cut -d: -f6)" "$@"
  fi
}

[ "$(id -u)" -ne 0 ] || bash "$here/bootstrap.sh" packages
as_owner bash "$here/bootstrap.sh" build
arch=$(machine_arch)
id=$(as_owner env VERSION="${VERSION:-}" bash "$here/assemble.sh" "$arch")
folder=$(payload_folder "$arch")
say "Installing Touchline $id"
bash "$folder/appliance/appliance.sh" install "$folder"
