# shellcheck shell=bash
# Provides Node: the system's when it is new enough, otherwise a private one. Needs common.sh. Afterwards
# `.cache/bin/node` is the Node of this checkout, and NODE_HOME the folder with its `include/node`.

NODE_MAJOR=24

# The npm registry carries the runtime as an ordinary package per architecture. Version and checksum are pinned in
# node-runtime.sha512, and nothing but the machine's own npm configuration says where the registry is.
node_package_file() {
  local arch
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) fail "no packaged Node for $(uname -m): install Node $NODE_MAJOR or newer with its headers and try again" ;;
  esac
  sed -n "s/^[0-9a-f]*  \(node-linux-$arch-.*\.tgz\)$/\1/p" "$ROOT/scripts/lib/node-runtime.sha512"
}

# Prints the home of the system's Node if that is new enough and has headers to build the binding against.
usable_system_node() {
  local program home
  program=$(type -P node) || return 1
  program=$(readlink -f "$program")
  home=$(cd "$(dirname "$program")/.." && pwd)
  [ -f "$home/include/node/node.h" ] || return 1
  "$program" -e "process.exit(parseInt(process.versions.node, 10) >= $NODE_MAJOR ? 0 : 1)" 2>/dev/null || return 1
  printf '%s\n' "$home"
}

ensure_npm() {
  have npm || apt_install npm
}

# Fetches and unpacks the private Node into the user's cache, where a second checkout finds it.
private_node() {
  local file=$1 home=$2 scratch name version
  [ -x "$home/bin/node" ] && return 0
  ensure_npm
  version=${file##*-}
  version=${version%.tgz}
  name=${file%-"$version".tgz}
  say "Fetching Node $version ($name) from the npm registry"
  mkdir -p "$(dirname "$home")"
  scratch=$(mktemp -d "$home.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is wanted as it is now
  trap "rm -rf '$scratch'" EXIT
  (cd "$scratch" && npm pack --silent "$name@$version" >/dev/null) || fail "npm could not fetch $name@$version"
  (cd "$scratch" && grep -F "  $file" "$ROOT/scripts/lib/node-runtime.sha512" | sha512sum --check --quiet) ||
    fail "$file from the registry is not the one that node-runtime.sha512 names; nothing was installed"
  tar -xzf "$scratch/$file" -C "$scratch" --no-same-owner package/bin package/include package/LICENSE
  "$scratch/package/bin/node" --version >/dev/null || fail "the fetched Node does not start on this system"
  # Two bootstraps may get here at once: whoever is second finds the folder there and drops its own.
  mv -T "$scratch/package" "$home" 2>/dev/null || [ -x "$home/bin/node" ] || fail "could not put Node into $home"
  rm -rf "$scratch"
  trap - EXIT
}

ensure_node() {
  local file cache
  if ! NODE_HOME=$(usable_system_node); then
    file=$(node_package_file)
    cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
    NODE_HOME=${cache:-$CACHE}/touchline/${file%.tgz}
    private_node "$file" "$NODE_HOME"
  fi
  mkdir -p "$CACHE/bin"
  if [ "$(readlink "$CACHE/bin/node" || true)" != "$NODE_HOME/bin/node" ]; then
    ln -sfn "$NODE_HOME/bin/node" "$CACHE/bin/node"
  fi
}
