# shellcheck shell=bash
# Whether the daemon that systemd runs is the one that should run, and well. Needs places.sh and a live systemd.

# How long a version may take until it is healthy, and for how long it must then stay so. Not named TOUCHLINE_...: those
# are settings of the daemon, and an unknown one is refused.
HEALTHY_WITHIN_SECONDS=${HEALTHY_WITHIN_SECONDS:-30}
HEALTHY_FOR_SECONDS=${HEALTHY_FOR_SECONDS:-3}
# How long the version before may take when it has to come back: nothing comes after it.
BACK_WITHIN_SECONDS=30

# ask VERSION COMMAND...: the command line of one version, bounded in time.
ask() {
  local folder="$VERSIONS/$1"
  shift
  TOUCHLINE_CONFIG="$CONFIG" TOUCHLINE_STATE_DIR="$STATE" timeout 10 "$folder/bin/node" "$folder/build/src/cli/touchline.js" "$@" 2>/dev/null
}

main_pid() { systemctl show --property=MainPID --value touchline.service; }

# Whether the daemon runs from this version and answers.
answers() {
  local id=$1 pid
  systemctl --quiet is-active touchline.service || return 1
  pid=$(main_pid)
  [ "$(readlink "/proc/$pid/exe" 2>/dev/null)" = "$VERSIONS/$id/bin/node" ] || return 1
  ask "$id" status >/dev/null
}

# is_well VERSION WANTED: `answers` asks no more than that, where machine or recording were not well before either: a full
# disk is no fault of a new version.
is_well() {
  answers "$1" || return 1
  [ "$2" = answers ] || ask "$1" health >/dev/null
}

# await_health VERSION WANTED SECONDS
await_health() {
  local id=$1 wanted=$2 deadline=$((SECONDS + $3)) since='' pid='' now
  while [ "$SECONDS" -lt "$deadline" ]; do
    now=$(main_pid)
    if is_well "$id" "$wanted"; then
      # One that dies and is started again does not get through by being up for moments.
      if [ -z "$since" ] || [ "$now" != "$pid" ]; then since=$SECONDS pid=$now; fi
      if [ $((SECONDS - since)) -ge "$HEALTHY_FOR_SECONDS" ]; then return 0; fi
    else
      since=''
    fi
    sleep 0.5
  done
  return 1
}

# Whether a recording is running: as the daemon says; where none can be asked, the cameras record without it.
is_recording() {
  local status intent camera
  if status=$(ask "$1" status --json); then
    [[ $status == *'"recording":{"recording":true'* ]]
    return
  fi
  for intent in /run/touchline/camera*.intent.json; do
    camera=${intent##*/camera}
    camera=${camera%.intent.json}
    if [ -e "$intent" ] && systemctl --quiet is-active "touchline-camera@$camera.service"; then return 0; fi
  done
  return 1
}
