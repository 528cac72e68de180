#!/usr/bin/env bash
# Cuts the power of a recording again and again, and says what each cut cost.
#
#   sudo scripts/drill/segmentsink-power-cut.sh [cuts] [property=value ...]
#
# Records two simulated cameras with segmentsink (5 s segments unless a property says otherwise) onto ext4 on a loop device.
# The file behind that device holds exactly what has reached the "disk": a copy of it at a random moment is what a power
# cut would have left. Each copy is mounted (which replays its journal) and every segment on it is examined: finished
# ones must be ordinary MP4s, the running one must play, and what is missing is counted against the frames that the
# source had delivered when the copy was complete. FLUSH_MS=n makes every flush n milliseconds slower, as a poor card does.
#
# Exit status 1 when a segment was lost or unplayable. Leaves nothing behind.
set -euo pipefail

cuts=${1:-20}
shift || true
properties=("$@")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cameras=(0 1)
frame_ms=33.333
thumbnail_bytes=256
kept_segments=4

if [ "$(id -u)" -ne 0 ]; then
  echo "power-cut: needs root (loop devices)" >&2
  exit 2
fi
for tool in gst-launch-1.0 ffprobe ffmpeg mkfs.ext4 losetup; do
  command -v "$tool" >/dev/null || { echo "power-cut: $tool is missing" >&2; exit 2; }
done

work=$(mktemp -d /dev/shm/touchline-power-cut.XXXXXX)
recorders=()
cleanup() {
  for pid in "${recorders[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  umount "$work/after" 2>/dev/null || true
  umount "$work/disk" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

mkdir "$work/disk" "$work/after"
truncate -s 400M "$work/disk.img"
mkfs.ext4 -q "$work/disk.img"
mount -o loop "$work/disk.img" "$work/disk"

export GST_PLUGIN_PATH=$root/build/native GST_REGISTRY=$work/registry.bin
faults=()
if [ -n "${FLUSH_MS:-}" ]; then
  cc -shared -fPIC -O2 -o "$work/faults.so" "$root/test/support/disk-faults.c" -ldl
  faults=(env "LD_PRELOAD=$work/faults.so" "DISK_FAULT=fdatasync@1+=d$FLUSH_MS")
fi

# The thumbnails count the frames at the source from outside of the process and of the disk under test.
for camera in "${cameras[@]}"; do
  "${faults[@]}" gst-launch-1.0 -q videotestsrc is-live=true pattern=ball \
    ! video/x-raw,format=I420,width=640,height=360,framerate=30/1 ! tee name=source \
    source. ! queue ! videoscale ! video/x-raw,width=16,height=16 ! videoconvert ! video/x-raw,format=GRAY8 \
    ! filesink buffer-mode=unbuffered sync=false async=false "location=$work/source$camera" \
    source. ! queue ! x264enc speed-preset=ultrafast bitrate=2000 key-int-max=30 ! h264parse \
    ! segmentsink "location-prefix=$work/disk/cam${camera}_" segment-duration-ms=5000 "${properties[@]}" \
    >"$work/log$camera" 2>&1 &
  recorders+=($!)
done

frames_at_source() { echo $(($(stat -c %s "$work/source$1" 2>/dev/null || echo 0) / thumbnail_bytes)); }

all_run() {
  local camera
  for camera in "${cameras[@]}"; do
    kill -0 "${recorders[camera]}" 2>/dev/null || { cat "$work"/log* >&2; exit 1; }
    [ "$(frames_at_source "$camera")" -gt 0 ] || return 1
  done
}
until all_run; do sleep 0.05; done

# Frames of a finished segment, read from its index; nothing when it is not an ordinary MP4.
finished_frames() {
  grep -aq moof <(ffprobe -v trace "$1" 2>&1 | grep -a "type:'moof'") && return
  ffprobe -v error -select_streams v -show_entries stream=nb_frames -of csv=p=0 "$1" 2>/dev/null || true
}

# Frames of the running segment, counted; nothing when a decoder complains.
running_frames() {
  [ -z "$(ffmpeg -v error -i "$1" -f null - 2>&1)" ] || return 0
  ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 "$1" 2>/dev/null || true
}

failures=0
finished=0
running=0
missing=()

# In the order of recording: 99 comes before 100.
segments_in() { find "$1" -name "cam$2_*.mp4" | sort -V; }

# Keeps a long drill quick: segments that have been examined are counted and taken off the disk, all but the newest.
removed=()
for camera in "${cameras[@]}"; do removed+=(0); done
thin_out() {
  local camera=$1 files file frames
  mapfile -t files < <(segments_in "$work/disk" "$camera")
  [ "${#files[@]}" -gt "$kept_segments" ] || return 0
  for file in "${files[@]:0:${#files[@]}-kept_segments}"; do
    frames=$(finished_frames "$file")
    removed[camera]=$((removed[camera] + frames))
    rm "$file"
  done
}

# Adds up one camera's segments on the disk after the cut.
examine() {
  local camera=$1 delivered=$2 found=${removed[$1]} frames last='' file
  local files
  mapfile -t files < <(segments_in "$work/after" "$camera")
  for file in "${files[@]}"; do last=$file; done
  for file in "${files[@]}"; do
    frames=$(finished_frames "$file")
    if [ -n "$frames" ]; then
      finished=$((finished + 1))
    else
      # The running segment, and the one before it while it is being finalised.
      frames=$(running_frames "$file")
      running=$((running + 1))
    fi
    if ! [[ $frames =~ ^[0-9]+$ ]]; then
      echo "  camera $camera: $(basename "$file") ($(stat -c %s "$file") bytes) cannot be played$([ "$file" = "$last" ] || echo ', and it was finished')"
      failures=$((failures + 1))
      frames=0
    fi
    found=$((found + frames))
  done
  missing+=($((delivered - found)))
}

for ((cut = 1; cut <= cuts; cut++)); do
  sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
  began=$(date +%s%N)
  cp --sparse=auto "$work/disk.img" "$work/after.img"
  took_ms=$((($(date +%s%N) - began) / 1000000))
  delivered=()
  for camera in "${cameras[@]}"; do delivered+=("$(frames_at_source "$camera")"); done
  all_run

  mount -o loop "$work/after.img" "$work/after"
  before=${#missing[@]}
  for camera in "${cameras[@]}"; do examine "$camera" "${delivered[camera]}"; done
  umount "$work/after"
  rm -f "$work/after.img"
  for camera in "${cameras[@]}"; do thin_out "$camera"; done
  echo "cut $cut (copy took $took_ms ms): at source ${delivered[*]}, missing ${missing[*]:before} frames"
done

printf '%s\n' "${missing[@]}" | sort -n | awk -v ms="$frame_ms" -v cuts="$cuts" -v finished="$finished" \
  -v running="$running" -v failures="$failures" '
  { lost[NR] = $1 }
  END {
    printf "%d cuts, %d finished and %d running segments examined, %d lost or unplayable\n", cuts, finished, running, failures
    printf "missing: p50 %.0f ms, max %.0f ms\n", lost[int((NR + 1) / 2)] * ms, lost[NR] * ms
  }'
[ "$failures" -eq 0 ]
