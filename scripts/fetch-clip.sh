#!/usr/bin/env bash
# Fetches real footage for trying the `file` profile: vtest.avi, people filmed by a fixed camera, from Debian's package
# opencv-doc. The package is downloaded, not installed, and only that file is unpacked, into var/clips/.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
source "$here/lib/common.sh"

PACKAGE=opencv-doc
CLIP="$ROOT/var/clips/vtest.avi"

fetch() {
  local scratch member
  have apt-get && have dpkg-deb || fail "this needs apt-get and dpkg-deb; any other video file does as well"
  scratch=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder's name is wanted as it is now
  trap "rm -rf '$scratch'" EXIT
  say "Downloading the package $PACKAGE (about 100 MB)"
  # apt fetches as a user of its own when started by root, and that user has to be able to write here.
  chmod 777 "$scratch"
  (cd "$scratch" && apt-get download -qq "$PACKAGE" >&2) || {
    as_root apt-get update -qq >&2
    (cd "$scratch" && apt-get download -qq "$PACKAGE" >&2) || fail "apt could not download $PACKAGE"
  }
  member=$(dpkg-deb --fsys-tarfile "$scratch/$PACKAGE"_*.deb | tar -t | grep -E '/vtest\.avi(\.gz)?$' || true)
  [ -n "$member" ] || fail "this version of $PACKAGE has no vtest.avi"
  dpkg-deb --fsys-tarfile "$scratch/$PACKAGE"_*.deb | tar -x -C "$scratch" "$member"
  mkdir -p "$(dirname "$CLIP")"
  case $member in
    *.gz) gzip -dc "$scratch/$member" >"$CLIP.new" ;;
    *) cp "$scratch/$member" "$CLIP.new" ;;
  esac
  mv "$CLIP.new" "$CLIP"
}

[ -s "$CLIP" ] || fetch
say "$CLIP is there. To record it as if it came from two cameras:"
printf 'make run SOURCES=%q,%q\n' "$CLIP" "$CLIP"
