#!/usr/bin/env bash
# Builds build/touchline_<version>_<arch>.deb from this checkout: `make deb`, or for another processor than this
# machine's `make deb ARCH=arm64`. Needs no root. The same sources give the same package, byte by byte.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in lib/common lib/node lib/payload deb/packages deb/cross deb/compatibility; do
  # shellcheck source=/dev/null
  source "$here/../$part.sh"
done

arch=${1:-$(machine_arch)}
have dpkg-deb || fail "dpkg-deb is missing: Debian packages are built on Debian or Ubuntu"
bash "$ROOT/scripts/bootstrap.sh" build
ensure_node
version=$(payload_version)

if [ "$arch" = "$(machine_arch)" ]; then
  assemble_payload "$arch" >/dev/null
  objdump=(objdump)
  descriptions=/usr/share/gir-1.0
elif [ "$arch" = arm64 ]; then
  cross_build
  cross_env "$CACHE/bin/node" "$ROOT/build/scripts/payload/main.js" --arch arm64 --version "$version" --node "$CROSS_NODE" \
    --native "$CROSS/build/native" --modules "$CROSS/modules" --strip "$TRIPLET-strip" --out "$(payload_folder arm64)" \
    --binding "$CROSS/binding/$BINDING" >/dev/null
  objdump=(cross_env "$TRIPLET-objdump")
  descriptions="$CROSS/sysroot/root/usr/share/gir-1.0"
else
  fail "packages are built for amd64 and arm64; $arch can only be built on such a machine"
fi
payload=$(payload_folder "$arch")
mapfile -t binaries < <(find "$payload" -name '*.so' -o -name '*.node')
check_compatibility "$descriptions" "$payload/bin/node" "${binaries[@]}"

bash "$here/pack.sh" "$payload" "$ROOT/build"
