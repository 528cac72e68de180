# shellcheck shell=bash
# Installs the npm dependencies and builds the GStreamer binding. Needs common.sh and node.sh, after ensure_node.

BINDING=node_modules/gstreamer-superficial/build/Release/gstreamer-superficial.node
MEND_BINDING="$ROOT/scripts/lib/mend-binding.sh"

install_packages() {
  say "Installing npm packages"
  (cd "$ROOT" && run_npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || fail "npm ci did not succeed"
}

# The only package with an install script. Whatever npm thinks of such scripts, it is built here by name, against the headers of the Node that will load it.
build_binding() {
  local log="$CACHE/binding.log" gyp="$ROOT/node_modules/node-gyp/bin/node-gyp.js"
  say "Building the GStreamer binding"
  bash "$MEND_BINDING" "$ROOT/node_modules/gstreamer-superficial" || fail "the GStreamer binding could not be mended"
  (cd "$ROOT/node_modules/gstreamer-superficial" &&
    PATH="$CACHE/bin:$PATH" node "$gyp" rebuild --nodedir="$NODE_HOME") >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    fail "the GStreamer binding did not build; the whole log is in $log"
  }
  (cd "$ROOT" && "$CACHE/bin/node" -e "require('./$BINDING')") ||
    fail "the GStreamer binding was built, but Node cannot load it"
}

# tap assembles its test class from its plugins; when it finds that undone it does so during a run and fails that run.
assemble_tap() {
  (cd "$ROOT" && PATH="$CACHE/bin:$PATH" node_modules/.bin/tap build </dev/null >"$CACHE/tap-build.log" 2>&1) || {
    cat "$CACHE/tap-build.log" >&2
    fail "tap could not assemble its plugins"
  }
}

ensure_dependencies() {
  local node packages binding tap
  # Path, size and time of the program stand for its version: asking it costs as much as all the rest here.
  node=$(stat -L -c '%n %s %Y' "$NODE_HOME/bin/node")
  packages=$(hash_of <"$ROOT/package-lock.json")
  if ! stamp_matches packages "$packages" || [ ! -f "$ROOT/node_modules/.package-lock.json" ]; then
    drop_stamp packages
    drop_stamp binding
    drop_stamp tap
    install_packages
    write_stamp packages "$packages"
  fi
  binding="$packages $node $(hash_of <"$MEND_BINDING")"
  if ! stamp_matches binding "$binding" || [ ! -f "$ROOT/$BINDING" ]; then
    build_binding
    write_stamp binding "$binding"
  fi
  tap="$packages $(grep '"plugin"' "$ROOT/package.json")"
  if ! stamp_matches tap "$tap"; then
    assemble_tap
    write_stamp tap "$tap"
  fi
}
