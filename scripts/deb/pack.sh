#!/usr/bin/env bash
# Packs a version folder as FOLDER/touchline_<version>_<arch>.deb and prints that name:  pack.sh PAYLOAD FOLDER
# Needs no root. The same payload gives the same package, byte by byte.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
source "$here/../lib/common.sh"

payload=$(cd "$1" && pwd)
target=$(cd "$2" && pwd)
id=$(cat "$payload/ID")
version=${id%+*}
arch=$(sed -n 's/.*"arch":"\([a-z0-9]*\)".*/\1/p' "$payload/manifest.json")

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || stat -c %Y "$ROOT/package-lock.json")}
export SOURCE_DATE_EPOCH
# Beside the payload, so that its files can be linked.
tree=$(mktemp -d "$(dirname "$payload")/.deb.XXXXXX")
trap 'rm -rf "$tree"' EXIT
chmod 0755 "$tree"
umask 022

mkdir -p "$tree/opt/touchline" "$tree/DEBIAN"
cp -al "$payload" "$tree/opt/touchline/package"
DESTDIR="$tree" bash "$payload/appliance/appliance.sh" files "$payload"

doc="$tree/usr/share/doc/touchline"
mkdir -p "$doc"
cp "$payload/THIRD-PARTY.txt" "$doc/copyright"
gzip -9nc "$ROOT/CHANGELOG.md" >"$doc/changelog.gz"

size=$(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f1)
sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE_KIB@/$size/" "$here/control.in" >"$tree/DEBIAN/control"
install -m 0755 "$here/postinst" "$here/prerm" "$tree/DEBIAN/"
bash "$here/postrm.sh" >"$tree/DEBIAN/postrm"
chmod 0755 "$tree/DEBIAN/postrm"
(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"

package="$target/touchline_${version}_$arch.deb"
say "Packing Touchline $id"
dpkg-deb --root-owner-group -Zzstd "-z${DEB_COMPRESSION:-6}" --build "$tree" "$package.new" >/dev/null
mv -f "$package.new" "$package"
printf '%s\n' "$package"
