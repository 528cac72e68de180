#!/usr/bin/env bash
# Prints the package's postrm. It runs when the files of the package are gone, so it brings the functions along that it needs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sed '/^@FUNCTIONS@$/,$d' "$here/postrm.in"
grep -hv '^# shellcheck' "$here/../appliance/places.sh" "$here/../appliance/removal.sh"
sed '1,/^@FUNCTIONS@$/d' "$here/postrm.in"
