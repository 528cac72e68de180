#!/usr/bin/env bash
# Assembles the version folder of this checkout, which is built already, and prints its identity:  assemble.sh ARCH [ARG...]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in common payload; do
  # shellcheck source=/dev/null
  source "$here/lib/$part.sh"
done
assemble_payload "$@"
