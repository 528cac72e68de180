# shellcheck shell=bash
# Compiles TypeScript, the web page and the native parts when their sources changed. Needs common.sh and node.sh.

# One line per source with its size and time: also a file that was removed or renamed changes the whole.
source_list() {
  (cd "$ROOT" && find src test scripts tsconfig.json package-lock.json -name '*.ts' -printf '%p %s %T@\n' \
    -o -name '*.json' -printf '%p %s %T@\n' | sort)
}

# A test whose source is gone must not go on running from what was compiled of it.
remove_orphans() {
  local compiled source
  [ -d "$ROOT/build" ] || return 0
  (cd "$ROOT/build" && find src test scripts -name '*.js' 2>/dev/null || true) | while read -r compiled; do
    source="$ROOT/${compiled%.js}.ts"
    [ -f "$source" ] || rm -f "$ROOT/build/$compiled" "$ROOT/build/$compiled.map"
  done
}

build_typescript() {
  local sources
  sources=$(source_list | hash_of)
  if stamp_matches typescript "$sources" && [ -d "$ROOT/build/src" ]; then return 0; fi
  say "Compiling TypeScript"
  remove_orphans
  # The compiler's own record of what it wrote is no use once the output is gone.
  [ -d "$ROOT/build/src" ] || rm -f "$ROOT/build/.tsbuildinfo"
  (cd "$ROOT" && PATH="$CACHE/bin:$PATH" node_modules/.bin/tsc -p tsconfig.json >&2) ||
    fail "the TypeScript sources have errors"
  write_stamp typescript "$sources"
}

# After the other TypeScript: the script that does it is compiled with it.
build_libraries() {
  local sources
  sources=$(cat "$ROOT/scripts/build-libraries.ts" "$ROOT/package-lock.json" | hash_of)
  if stamp_matches libraries "$sources" && [ -f "$ROOT/build/libraries/typebox.js" ]; then return 0; fi
  say "Putting libraries together"
  (cd "$ROOT" && "$CACHE/bin/node" build/scripts/build-libraries.js >&2) || fail "the libraries could not be put together"
  write_stamp libraries "$sources"
}

# Everything that the page is made of: its own files, the types and the rules that it shares with the daemon, the tools.
page_list() {
  (cd "$ROOT" && find src/web src/api/contract src/recording/match-id.ts scripts/build-web.ts package-lock.json -type f \
    -printf '%p %s %T@\n' | sort)
}

# After the other TypeScript: the script that builds the page is compiled with it.
build_page() {
  local sources
  sources=$(page_list | hash_of)
  if stamp_matches page "$sources" && [ -f "$ROOT/build/web/index.html" ]; then return 0; fi
  say "Building the web page"
  (cd "$ROOT" && PATH="$CACHE/bin:$PATH" node_modules/.bin/tsc -p src/web/tsconfig.json >&2) ||
    fail "the sources of the web page have errors"
  (cd "$ROOT" && "$CACHE/bin/node" build/scripts/build-web.js >&2) || fail "the web page could not be built"
  write_stamp page "$sources"
}

# Variables of `make run` (SOURCES above all) must not reach this make, where they would override its own.
build_native() {
  env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u MAKELEVEL make -s -C "$ROOT/native" NODE_INCLUDE="$NODE_HOME/include/node" >&2 ||
    fail "the native parts did not build"
}
