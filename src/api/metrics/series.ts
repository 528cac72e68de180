import type { CameraFacts } from '../../recording/types.js';
import type { Snapshot } from './snapshot.js';

/** The figures that are read off the rig's state whenever somebody asks, as data. Nothing is shown of what is unknown. */

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Series {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: (snapshot: Snapshot) => readonly Sample[];
}

const one = (value: number | null | undefined): readonly Sample[] => (value === null || value === undefined ? [] : [{ value }]);
const flag = (value: boolean): readonly Sample[] => one(value ? 1 : 0);
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

function perCamera(read: (facts: CameraFacts) => number | null): Series['read'] {
  return ({ recording }) =>
    [...recording.cameras].flatMap(([camera, { facts }]) => {
      const value = facts === null ? null : read(facts);
      return value === null ? [] : [{ labels: { camera: String(camera) }, value }];
    });
}

const OF_MATCH = 'in the running recording; begins again with each recording';
const camera = ['camera'];

export const SERIES: readonly Series[] = [
  { name: 'footballvision_recording_active', type: 'gauge', help: '1 while a recording runs', read: ({ recording }) => flag(recording.recording) },
  { name: 'footballvision_preview_active', type: 'gauge', help: '1 while live pictures are shown', read: ({ preview }) => flag([...preview.cameras.values()].some(({ active }) => active)) },
  {
    name: 'touchline_build_info',
    type: 'gauge',
    help: 'Always 1; the labels say what runs',
    labels: ['version', 'node'],
    read: ({ version }) => [{ labels: { version, node: process.versions.node }, value: 1 }],
  },
  { name: 'touchline_recording_duration_seconds', type: 'gauge', help: 'Duration of the running recording, 0 without one', read: ({ recording }) => one(recording.durationMs / 1000) },
  { name: 'touchline_recording_degraded', type: 'gauge', help: '1 while a camera of the running recording does not deliver', read: ({ recording }) => flag(recording.degraded) },
  {
    name: 'touchline_camera_up',
    type: 'gauge',
    help: '1 while frames of this camera come out of the encoder; only while recording',
    labels: camera,
    read: ({ recording }) => [...recording.cameras].map(([id, { state }]) => ({ labels: { camera: String(id) }, value: state === 'running' ? 1 : 0 })),
  },
  { name: 'touchline_camera_frames_source_total', type: 'counter', help: `Frames that the camera delivered ${OF_MATCH}`, labels: camera, read: perCamera((facts) => facts.framesAtSource) },
  { name: 'touchline_camera_frames_encoded_total', type: 'counter', help: `Frames that were encoded ${OF_MATCH}`, labels: camera, read: perCamera((facts) => facts.framesEncoded) },
  { name: 'touchline_camera_frames_missed_total', type: 'counter', help: `Frames that the camera should have delivered and did not ${OF_MATCH}`, labels: camera, read: perCamera((facts) => facts.framesMissed) },
  { name: 'touchline_camera_newest_frame_age_seconds', type: 'gauge', help: 'Age of the newest frame of the camera', labels: camera, read: perCamera((facts) => seconds(facts.newestFrameAgeMs)) },
  { name: 'touchline_camera_largest_gap_seconds', type: 'gauge', help: 'Longest time between two frames of the running recording', labels: camera, read: perCamera((facts) => seconds(facts.largestGapMs)) },
  { name: 'touchline_camera_frames_per_second', type: 'gauge', help: 'Encoded frames per second over the last two seconds', labels: camera, read: perCamera((facts) => facts.fps) },
  { name: 'touchline_camera_written_bytes_total', type: 'counter', help: `Bytes written ${OF_MATCH}`, labels: camera, read: perCamera((facts) => facts.bytesWritten) },
  { name: 'touchline_camera_synced_bytes_total', type: 'counter', help: `Bytes that survive a power cut ${OF_MATCH}`, labels: camera, read: perCamera((facts) => facts.bytesSynced) },
  {
    name: 'touchline_camera_recovery_attempts',
    type: 'gauge',
    help: 'Attempts to bring the camera back in the running recording; 0 again once it has delivered for a while',
    labels: camera,
    read: ({ recording }) => [...recording.recovery].map(([id, { attempts }]) => ({ labels: { camera: String(id) }, value: attempts })),
  },
  { name: 'touchline_recordings_disk_free_bytes', type: 'gauge', help: 'What may still be written to the disk of the recordings', read: ({ system }) => one(system?.disk?.freeBytes) },
  { name: 'touchline_recordings_disk_size_bytes', type: 'gauge', help: 'Size of the disk of the recordings', read: ({ system }) => one(system?.disk?.totalBytes) },
  { name: 'touchline_recordings_left_seconds', type: 'gauge', help: 'Duration of a recording that still fits on the disk', read: ({ recording }) => one(recording.hoursLeft === null ? null : recording.hoursLeft * 3600) },
  { name: 'touchline_board_cpu_usage_ratio', type: 'gauge', help: 'Load of all processors together, 0 to 1', read: ({ system }) => one(system?.cpuPercent == null ? null : system.cpuPercent / 100) },
  { name: 'touchline_board_memory_usage_ratio', type: 'gauge', help: 'Memory in use, 0 to 1', read: ({ system }) => one(system?.memoryUsedPercent == null ? null : system.memoryUsedPercent / 100) },
  { name: 'touchline_board_memory_available_bytes', type: 'gauge', help: 'Memory that programs can still get', read: ({ system }) => one(system?.memoryAvailableBytes) },
  {
    name: 'touchline_board_temperature_celsius',
    type: 'gauge',
    help: 'Temperature of each thermal zone that can be read',
    labels: ['zone'],
    read: ({ board }) => board.zonesCelsius.map((value, zone) => ({ labels: { zone: String(zone) }, value })),
  },
  {
    name: 'touchline_alerts_total',
    type: 'counter',
    help: 'Alerts since the daemon started, by what happened',
    labels: ['event_type'],
    read: ({ alerts }) => [...alerts].map(([eventType, value]) => ({ labels: { event_type: eventType }, value })),
  },
  { name: 'touchline_library_matches', type: 'gauge', help: 'Matches in the library', read: ({ matches }) => one(matches.length) },
  { name: 'touchline_library_bytes', type: 'gauge', help: 'Size of all matches in the library', read: ({ matches }) => one(matches.reduce((sum, match) => sum + match.totalBytes, 0)) },
  { name: 'touchline_websocket_connections', type: 'gauge', help: 'Open WebSocket connections', read: ({ connections }) => one(connections) },
  { name: 'touchline_event_loop_active_seconds_total', type: 'counter', help: 'Time in which the event loop was busy; its rate is the load of the main thread, 0 to 1', read: ({ eventLoop }) => one(eventLoop.active / 1000) },
  { name: 'process_cpu_seconds_total', type: 'counter', help: 'Processor time of the daemon, without the camera hosts', read: ({ cpu }) => one((cpu.user + cpu.system) / 1e6) },
  { name: 'process_resident_memory_bytes', type: 'gauge', help: 'Memory of the daemon in RAM', read: ({ memory }) => one(memory.rss) },
  { name: 'process_open_fds', type: 'gauge', help: 'Open file descriptors of the daemon', read: ({ openFiles }) => one(openFiles) },
  { name: 'process_uptime_seconds', type: 'gauge', help: 'Time since the daemon started', read: ({ uptimeSeconds }) => one(uptimeSeconds) },
  { name: 'nodejs_heap_size_total_bytes', type: 'gauge', help: 'Heap of the JavaScript engine', read: ({ memory }) => one(memory.heapTotal) },
  { name: 'nodejs_heap_size_used_bytes', type: 'gauge', help: 'Part of the heap that is in use', read: ({ memory }) => one(memory.heapUsed) },
  { name: 'nodejs_external_memory_bytes', type: 'gauge', help: 'Memory of buffers and other objects outside of the heap', read: ({ memory }) => one(memory.external) },
  { name: 'nodejs_active_resources', type: 'gauge', help: 'Handles and requests that keep the event loop of the daemon going', read: ({ activeResources }) => one(activeResources) },
];
