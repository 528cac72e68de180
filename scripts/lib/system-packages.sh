# shellcheck shell=bash
# Finds and installs what has to come from the distribution. Needs common.sh.

# Prints the Debian packages of a list that are missing, one per line.
missing_system_packages() {
  local list=$1
  local package kind subject plugins=''
  if have pkg-config; then plugins=$(pkg-config --variable=pluginsdir gstreamer-1.0 2>/dev/null || true); fi
  while read -r package kind subject; do
    case $kind in
      command) have "$subject" ;;
      file) [ -e "$subject" ] ;;
      pkgconfig) have pkg-config && pkg-config --exists "$subject" ;;
      plugin) [ -n "$plugins" ] && [ -e "$plugins/$subject" ] ;;
      *) fail "scripts/lib/$list: unknown kind of check: $kind" ;;
    esac || printf '%s\n' "$package"
  done < <(grep -v '^#' "$ROOT/scripts/lib/$list") | sort -u
}

# For running (system-packages.txt), or for the tests as well (test-packages.txt).
ensure_system_packages() {
  local list=$1 missing
  missing=$(missing_system_packages "$list")
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # one word per package
  apt_install $missing
  missing=$(missing_system_packages "$list")
  [ -z "$missing" ] || fail "apt installed them, but what they should bring is still not found:" $missing
}
