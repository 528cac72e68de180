import type { HealthBody } from '../api/contract/health.js';
import type { RecordingHealthBody } from '../api/contract/recording-health.js';
import type { Command } from './command.js';
import { connect, DAEMON_HELP, DAEMON_OPTIONS } from './connection.js';
import { EXIT } from './exit-codes.js';
import { cameraName, type Toned } from './format.js';

export const healthCommand: Command = {
  name: 'health',
  summary: 'Whether the machine and the recording are well',
  usage: '[--json]',
  help: [...DAEMON_HELP, '', 'Exit code 1 when the machine or the recording is not well.'],
  options: DAEMON_OPTIONS,
  maxPositionals: 0,
  run: async (args, context) => {
    const { terminal } = context;
    const client = await connect(args, context);
    const [machine, recording] = await Promise.all([client.health(), client.recordingHealth()]);
    if (args.flag('json')) terminal.out(JSON.stringify({ health: machine, recording_health: recording }));
    else for (const { tone, text } of healthLines(machine, recording)) terminal.out(terminal.color(tone, text));
    return machine.status === 'healthy' && recording.healthy ? EXIT.ok : EXIT.failed;
  },
};

/** One line for the machine, one for the recording, one per thing that is wrong and per camera. */
export function healthLines(machine: HealthBody, recording: RecordingHealthBody): readonly Toned[] {
  const system: Toned =
    machine.status === 'healthy'
      ? {
          tone: 'good',
          text:
            `machine: CPU ${machine.system.cpu_percent} %, memory ${machine.system.memory_percent} %, ` +
            `${machine.system.disk_free_gb} GB free for recordings (${machine.system.disk_percent} % used)`,
        }
      : { tone: 'bad', text: `machine: ${machine.detail}` };
  const issues = (recording.issues ?? []).map((issue): Toned => ({ tone: 'bad', text: `  ${issue}` }));
  // With issues, the message is their list in one line.
  const summary = issues.length > 0 ? 'not well' : recording.message;
  const cameras = Object.entries(recording.camera_diagnostics ?? {}).map(([key, camera]): Toned => {
    const fps = camera.facts?.fps?.toFixed(1);
    const parts = [
      camera.pipeline_state,
      ...(fps === undefined ? [] : [`${fps} fps`]),
      ...(camera.facts === null ? [] : [`${camera.facts.frames_missed} frames missed`]),
      ...(camera.latest_segment === null ? ['no segment'] : [camera.latest_segment]),
    ];
    return { tone: 'quiet', text: `  ${cameraName(key)}: ${parts.join(', ')}` };
  });
  return [system, { tone: recording.healthy ? 'good' : 'bad', text: `recording: ${summary}` }, ...issues, ...cameras];
}
