#!/usr/bin/env bash
# Ends the daemon that `make run` started from this checkout, and waits until it is gone: running recordings are
# finalised by it before it ends. Exit code 0 also when none was running.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
source "$here/lib/common.sh"

WAIT_SECONDS=30

# A process id may have been given to somebody else since: it has to be our Node, in this folder.
is_ours() {
  [ "$(readlink "/proc/$1/exe" 2>/dev/null || true)" = "$(readlink -f "$CACHE/bin/node")" ] &&
    [ "$(readlink "/proc/$1/cwd" 2>/dev/null || true)" = "$ROOT" ]
}

pid=$(cat "$CACHE/daemon.pid" 2>/dev/null || true)
if [ -z "$pid" ] || ! is_ours "$pid"; then
  say "No daemon of this checkout is running"
  exit 0
fi

kill -TERM "$pid"
for ((tenth = 0; tenth < WAIT_SECONDS * 10; tenth++)); do
  if ! is_ours "$pid"; then
    say "Stopped"
    exit 0
  fi
  sleep 0.1
done
fail "the daemon (process $pid) did not end within $WAIT_SECONDS s"
