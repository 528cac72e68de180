# shellcheck shell=bash
# What every set-up script needs. Source it; it expects `set -euo pipefail` in the caller.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE="$ROOT/.cache"

say() { printf '%s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly when already root, otherwise with sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    fail "this needs root and there is no sudo; run as root: $*"
  fi
}

# Installs Debian packages, named as arguments. The lists are fetched each time, because this is only called when
# something is missing, and a fresh machine has no lists or stale ones.
apt_install() {
  have apt-get || fail "missing packages ($*), and this system has no apt-get to install them with"
  say "Installing with apt (this takes a minute): $*"
  local log="$CACHE/apt.log"
  mkdir -p "$CACHE"
  {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "apt could not install $*; the whole log is in $log"
  }
}

# A stamp remembers for which input a step was done. It is written after the step, so a step that was cut off runs again.
stamp_matches() { [ -f "$CACHE/stamps/$1" ] && [ "$(cat "$CACHE/stamps/$1")" = "$2" ]; }

write_stamp() {
  mkdir -p "$CACHE/stamps"
  printf '%s\n' "$2" >"$CACHE/stamps/$1.new"
  mv "$CACHE/stamps/$1.new" "$CACHE/stamps/$1"
}

drop_stamp() { rm -f "$CACHE/stamps/$1"; }

hash_of() { sha256sum | cut -d' ' -f1; }
