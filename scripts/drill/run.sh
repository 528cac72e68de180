#!/usr/bin/env bash
# Carries out drills: arguments are those of build/scripts/drill/main.js.
#
# As root, everything runs in namespaces of its own for mounts and processes: whatever happens to the drill, kill -9
# included, the kernel then ends all its processes and takes off all its mounts.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node=$root/.cache/bin/node
main=$root/build/scripts/drill/main.js

if [ "$(id -u)" -ne 0 ]; then
  echo 'Not root: drills that need mounts are left out.' >&2
  exec "$node" "$main" "$@"
fi
# The shell stays as the first process in there: it takes in what was orphaned, which Node does not.
exec unshare --mount --propagation private --pid --fork --mount-proc --kill-child \
  bash -c '"$@" & child=$!; trap "kill -TERM \$child" INT TERM HUP; while kill -0 "$child" 2>/dev/null; do wait "$child" && code=0 || code=$?; done; exit "${code:-1}"' \
  drill "$node" "$main" "$@"
