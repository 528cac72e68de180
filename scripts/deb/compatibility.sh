# shellcheck shell=bash
# Checks that what was compiled here also loads on the oldest system that is supported (Ubuntu 22.04, the base of JetPack 6).
# Needs common.sh.

# Newest version of each that Ubuntu 22.04 has.
declare -rA NEWEST=([GLIBC]=2.35 [GLIBCXX]=3.4.30 [CXXABI]=1.3.13 [GCC]=12.0.0)

# Functions of GStreamer that came after 1.20, from the descriptions that its development packages bring.
newer_gstreamer_functions() {
  local folder=$1
  cat "$folder"/Gst*-1.0.gir | tr '\n' ' ' | grep -oE '<(function|method|constructor)[^>]*>' |
    grep -E 'version="1\.(2[1-9]|[3-9][0-9])' | grep -oE 'c:identifier="[^"]+"' | cut -d'"' -f2
}

# check_compatibility FOLDER FILE...: FOLDER has the descriptions (/usr/share/gir-1.0). The caller's array `objdump` is the
# command that reads such files.
check_compatibility() {
  local folder=$1 file symbols name version newer
  shift
  newer=$(newer_gstreamer_functions "$folder")
  [ -n "$newer" ] || fail "$folder describes no GStreamer newer than 1.20: what needs one cannot be seen"
  for file in "$@"; do
    symbols=$("${objdump[@]}" -T "$file") || fail "${objdump[*]} cannot read $file"
    for name in "${!NEWEST[@]}"; do
      version=$(grep -oE "\b${name}_[0-9.]+" <<<"$symbols" | sed "s/^${name}_//" | sort -Vu | tail -n 1 || true)
      [ -z "$version" ] || [ "$(printf '%s\n%s\n' "$version" "${NEWEST[$name]}" | sort -V | tail -n 1)" = "${NEWEST[$name]}" ] ||
        fail "$file needs ${name}_$version, and the oldest supported system has ${NEWEST[$name]}"
    done
    ! grep -F '*UND*' <<<"$symbols" | grep -wF "$newer" >&2 || fail "$file uses what GStreamer 1.20 does not have"
  done
}
