#!/usr/bin/env bash
# Makes a checkout ready: system packages, Node, npm packages, and what is compiled. Does nothing, quickly, when all is
# done already. Steps may be named; without a name all of them run:
#   bootstrap.sh [packages|setup|build|test]     each includes those before it
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in common system-packages node dependencies build; do
  # shellcheck source=/dev/null
  source "$here/lib/$part.sh"
done

step=${1:-build}
case $step in
  packages | setup | build | test) ;;
  *) fail "unknown step '$step': packages, setup, build or test" ;;
esac

ensure_system_packages system-packages.txt
[ "$step" != packages ] || exit 0

# Two at once in one checkout would install over each other.
mkdir -p "$CACHE"
exec 9>"$CACHE/lock"
flock -n 9 || {
  say "Waiting for another set-up of this checkout"
  flock 9
}

ensure_node
ensure_dependencies
[ "$step" != setup ] || exit 0

build_typescript
build_libraries
build_page
build_native
[ "$step" != build ] || exit 0

ensure_system_packages test-packages.txt
