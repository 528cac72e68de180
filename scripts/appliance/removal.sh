# shellcheck shell=bash
# What goes when Touchline goes. Needs places.sh; with that it is also the Debian package's postrm.

# A folder with a film in it is never removed, wherever the configuration put it, and the folder of recordings only when
# there is no file at all in it.
holds_recordings() {
  if [ "$1" = "$STATE/recordings" ]; then
    [ -n "$(find "$1" -type f -print -quit 2>/dev/null)" ]
  else
    [ -n "$(find "$1" \( -name '*.mp4' -o -name '*.mov' -o -name '*.mkv' -o -name '*.ts' -o -name match.json \) -print -quit 2>/dev/null)" ]
  fi
}

# What an installation put there, and no more: /opt/touchline may be a link to a disk that others use, too, also for films.
remove_versions() {
  rm -rf "$VERSIONS" "$CURRENT" "$OPT"/.current.* "$OPT/.lock"
  rmdir "$OPT" 2>/dev/null || true
  if holds_recordings "$CACHE"; then say "Recordings stay in: $CACHE"; else rm -rf "$CACHE"; fi
  [ -n "$DESTDIR" ] || rm -rf /run/touchline
}

# State and configuration.
purge() {
  local entry kept=''
  rm -rf "$(dirname "$CONFIG")"
  for entry in "$STATE"/* "$STATE"/.[!.]*; do
    if [ ! -e "$entry" ]; then continue; fi
    if holds_recordings "$entry"; then kept="$kept $entry"; else rm -rf "$entry"; fi
  done
  rmdir "$STATE" 2>/dev/null || true
  [ -z "$kept" ] || say "Recordings stay in:$kept"
}
