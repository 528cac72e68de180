# shellcheck shell=bash
# Fetches Debian packages of another machine, or tools that are not installed, into a folder of their own: nothing of
# this system changes, and nothing needs root. Needs common.sh.

# unpack_packages FOLDER ARCH PACKAGE...: these and all that they depend on, below FOLDER/root. Comes from where this
# system's own packages come from. Does nothing when it is done already.
unpack_packages() {
  local folder=$1 arch=$2 wanted archive options log
  shift 2
  wanted="$arch $*"
  if [ "$(cat "$folder/done" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  have apt-get || fail "packages for $arch are fetched with apt-get, which this system does not have"
  say "Fetching packages for $arch: $*"
  rm -rf "$folder"
  mkdir -p "$folder"/apt/state/lists/partial "$folder"/apt/cache/archives/partial "$folder/root/usr/lib" "$folder/root/usr/bin"
  ln -s usr/lib "$folder/root/lib"
  ln -s usr/bin "$folder/root/bin"
  # Nothing counts as installed, so that whatever is needed comes along.
  : >"$folder/apt/status"
  options=(-q -y -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o APT::Install-Recommends=false
    -o "Dir::State=$folder/apt/state" -o "Dir::State::status=$folder/apt/status" -o "Dir::Cache=$folder/apt/cache"
    -o Debug::NoLocking=1 -o "APT::Sandbox::User=$(id -un)")
  log="$folder/apt.log"
  { apt-get "${options[@]}" update && apt-get "${options[@]}" --download-only install "$@"; } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "the packages for $arch could not be fetched; the whole log is in $log"
  }
  for archive in "$folder"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$folder/root" --keep-directory-symlink --no-same-owner
  done
  rm -rf "$folder/apt"
  printf '%s\n' "$wanted" >"$folder/done"
}
