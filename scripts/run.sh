#!/usr/bin/env bash
# Starts the daemon of this checkout in the foreground. The process that was started becomes the daemon itself, so a
# Ctrl-C reaches it once and nothing is left around it. Configuration comes from the environment (TOUCHLINE_*).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
source "$here/lib/common.sh"

bash "$here/bootstrap.sh" build

cd "$ROOT"
# exec keeps the process id: what is noted here is the daemon's. `make stop` reads it.
mkdir -p "$CACHE"
printf '%s\n' "$$" >"$CACHE/daemon.pid"
export MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
exec "$CACHE/bin/node" --max-semi-space-size=8 --heap-growing-percent=50 build/src/cli/touchline.js serve
