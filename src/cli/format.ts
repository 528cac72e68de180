import type { RecordingStatusBody } from '../api/contract/recording-status.js';
import type { StopBody } from '../api/contract/recording-stop.js';
import { localIsoTime } from '../lib/time-stamp.js';
import type { Tone } from './terminal.js';

/** Text with the tone that a terminal may give it. */
export interface Toned {
  readonly tone: Tone;
  readonly text: string;
}

/** `01:02:03`, hours as many as there are. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** `12.5 hours of video`, or that nobody knows. */
export function roomFor(hours: number | null): string {
  return hours === null ? 'unknown (no recording measured yet)' : `${hours.toFixed(1)} hours of video`;
}

/** `camera_0` as the people at the rig say it: `cam0`. */
export function cameraName(key: string): string {
  return key.replace(/^camera_/, 'cam');
}

/** The recording at a glance: one line, then one line for each thing that is not well. */
export function statusLines(status: RecordingStatusBody): { readonly headline: Toned; readonly details: readonly Toned[] } {
  const cameras = Object.entries(status.cameras).map(([key, camera]) => {
    const fps = camera.facts?.fps;
    const rate = fps === null || fps === undefined ? '' : ` ${fps.toFixed(1)} fps`;
    return `${cameraName(key)}${rate}${camera.state === 'running' ? '' : ` ${camera.state}`}`;
  });
  const room = status.hours_left === null ? [] : [`${status.hours_left.toFixed(1)} h left`];
  const parts = [
    ...(status.match_id === null ? [] : [status.match_id]),
    ...(status.recording ? [clockTime(status.duration)] : []),
    ...cameras,
    ...room,
  ];
  const { tone, word } = verdict(status);
  return { headline: { tone, text: [word, ...parts].join('  ') }, details: troubles(status) };
}

function verdict(status: RecordingStatusBody): { readonly tone: Tone; readonly word: string } {
  switch (status.phase) {
    case 'starting':
      return { tone: 'caution', word: '◐ STARTING' };
    case 'stopping':
      return { tone: 'caution', word: '◑ STOPPING' };
    case 'recording':
      return status.degraded ? { tone: 'bad', word: '▲ RECORDING, DEGRADED' } : { tone: 'good', word: '● RECORDING' };
    case 'idle':
      return { tone: 'quiet', word: '○ IDLE' };
  }
}

function troubles(status: RecordingStatusBody): Toned[] {
  const degraded = Object.entries(status.degraded_cameras).map(
    ([key, reason]): Toned => ({ tone: 'bad', text: `  ${cameraName(key)}: ${reason}` }),
  );
  const recovering = Object.entries(status.camera_recovery).flatMap(([key, camera]): Toned[] => {
    if (camera.recovering) {
      return [{ tone: 'caution', text: `  ${cameraName(key)}: recovering, attempt ${camera.attempts}` }];
    }
    if (camera.attempts === 0 || camera.failed_permanently) return [];
    const times = camera.attempts === 1 ? 'once' : `${camera.attempts} times`;
    return [{ tone: 'quiet', text: `  ${cameraName(key)}: restarted ${times} in this recording` }];
  });
  return [...diskTroubles(status), ...degraded, ...recovering, ...history(status)];
}

const SPACE_WORDS = {
  ok: null,
  low: 'there is little room left',
  critical: 'it is nearly full; delete matches that have been copied',
  reserve: 'it is full up to the reserve: the recording is ended in order',
} as const;

function diskTroubles({ recordings_disk: disk, degraded_cameras: degraded }: RecordingStatusBody): Toned[] {
  const space = SPACE_WORDS[disk.space];
  const lines: Toned[] = [];
  // Cameras that cannot record say the same.
  if (disk.message !== null && !Object.values(degraded).includes(disk.message)) lines.push({ tone: 'bad', text: `  disk: ${disk.message}` });
  if (space !== null) lines.push({ tone: 'caution', text: `  disk: ${space}` });
  return lines;
}

const INTERRUPTION_WORDS = {
  machine_restarted: 'the machine was restarted',
  processes_died: 'all processes of the rig had died',
  disk_missing: 'the recordings disk had gone',
} as const;

/** What happened to this match, or to the one before, that nobody asked for. */
function history({ interruption_count: count, interruptions, last_stop: stop, phase }: RecordingStatusBody): Toned[] {
  const newest = interruptions.at(-1);
  const lines: Toned[] = [];
  if (newest !== undefined) {
    const missing = newest.seconds === null ? 'nobody knows how long' : `${Math.round(newest.seconds)} s`;
    const times = count > 1 ? ` (interrupted ${count} times in this match)` : '';
    lines.push({ tone: 'caution', text: `  interrupted: ${INTERRUPTION_WORDS[newest.cause]}, nothing was recorded for ${missing} up to ${timeOfDay(newest.resumed_at)}${times}` });
  }
  if (phase === 'idle' && stop !== null && (stop.reason === 'no_space' || !stop.success)) {
    const reason = stop.reason === 'no_space' ? 'the disk was full up to the reserve' : stop.message;
    lines.push({ tone: 'bad', text: `  ${stop.match_id} was ended at ${timeOfDay(stop.at)}: ${reason}` });
  }
  return lines;
}

/** `HH:MM:SS` in the box's local time zone. */
function timeOfDay(epochSeconds: number): string {
  return localIsoTime(epochSeconds * 1000).slice(11, 19);
}

/** One line per camera of a stop that was carried out: what became of its file. */
export function stopLines(stop: StopBody): readonly Toned[] {
  return Object.entries(stop.camera_stop_results ?? {}).map(([key, camera]) => {
    const probe = stop.integrity?.cameras[key]?.probe;
    const facts = [
      camera.finalized ? 'final' : camera.timed_out ? 'not final: the camera did not end in time' : 'not final',
      camera.integrity_ok === true ? 'intact' : camera.integrity_ok === false ? 'damaged' : 'not probed',
      ...(camera.error === null ? [] : [camera.error]),
      ...(camera.integrity_error === null ? [] : [camera.integrity_error]),
      ...(probe?.duration === undefined ? [] : [`last segment ${clockTime(Number(probe.duration))}`]),
      ...(camera.segment_path === null ? [] : [camera.segment_path]),
    ];
    const good = camera.finalized && camera.integrity_ok === true;
    return { tone: good ? 'good' : 'bad', text: `  ${cameraName(key)}: ${facts.join(', ')}` };
  });
}
