# shellcheck shell=bash
# Assembles the version folder of this checkout. Needs common.sh; everything is built by then.

# The version of the checkout, unless VERSION names another.
payload_version() {
  local version=${VERSION:-}
  [ -n "$version" ] || version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$ROOT/package.json")
  [[ $version =~ ^[0-9][A-Za-z0-9.~-]*$ ]] || fail "VERSION=$version is no version: digits, letters, '.', '~' and '-', a digit first"
  printf '%s\n' "$version"
}

machine_arch() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) fail "Touchline is made for x86-64 and arm64, not for $(uname -m)" ;;
  esac
}

payload_folder() { printf '%s\n' "$ROOT/build/payload/$1"; }

# For the machine that this is: assemble_payload ARCH. Prints the identity of the version.
assemble_payload() {
  local arch=$1 version node
  shift
  version=$(payload_version)
  node=$(readlink -f "$CACHE/bin/node")
  mkdir -p "$ROOT/build/payload"
  "$CACHE/bin/node" "$ROOT/build/scripts/payload/main.js" --arch "$arch" --version "$version" \
    --node "$(dirname "$(dirname "$node")")" --out "$(payload_folder "$arch")" "$@"
}
