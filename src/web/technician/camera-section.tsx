import type { ComponentChildren } from 'preact';
import type { CameraFacts } from '../../api/contract/common.js';
import type { RecordingHealthBody } from '../../api/contract/recording-health.js';
import type { StatusBody } from '../../api/contract/status.js';
import { clockText } from '../kiosk/elapsed.js';
import type { CameraName } from '../kiosk/view.js';
import { useStrings } from '../strings/use-strings.js';
import { ageTone, cameraStateOf, fpsOf, OLD_FRAME_SECONDS, STATE_TONES, WIDE_GAP_SECONDS } from './camera-state.js';
import { bytesText, countText, epochText, shortTime } from './format.js';
import { Graph } from './graph.js';
import { useHistory } from './history.js';
import type { Retained } from './retained.js';
import { Fact, Section } from './section.js';

const STATUS_MS = 1000;

export interface CameraSectionProps {
  readonly camera: CameraName;
  readonly status: Retained<StatusBody> | null;
  readonly health: Retained<RecordingHealthBody> | null;
}

/** Everything that is measured of one camera. */
export function CameraSection({ camera, status, health }: CameraSectionProps) {
  const { kiosk, technician } = useStrings();
  const history = useHistory();
  const words = technician.camera;
  const { key } = camera;
  const facts = status?.value.recording.cameras[key]?.facts ?? null;
  const fps = fpsOf(facts);
  const isRecorded = status?.value.recording.recording === true;
  return (
    <Section title={kiosk.camera(camera.id)} of={status} aside={status === null ? null : <State camera={camera} status={status} />} testId={`meters-${camera.id}`}>
      <div class="figures">
        <Figure label={words.fps} value={fps === null ? null : fps.toFixed(1)} tone={fps === 0 ? 'bad' : undefined} testId={`fps-${camera.id}`} />
        <Figure label={words.age} value={facts?.newest_frame_age_seconds == null ? null : shortTime(facts.newest_frame_age_seconds)} tone={ageTone(facts?.newest_frame_age_seconds ?? null)} testId={`age-${camera.id}`} />
      </div>
      <div class="graphs">
        <Graph label={words.fps} samples={history.fps.value.get(key) ?? []} format={(value) => value.toFixed(value < 10 ? 1 : 0)} atLeast={10} intervalMs={STATUS_MS} />
        <Graph label={words.age} samples={history.frameAge.value.get(key) ?? []} format={shortTime} atLeast={0.2} intervalMs={STATUS_MS} limit={OLD_FRAME_SECONDS} />
      </div>
      {facts === null && !isRecorded ? <p class="tech-note">{words.noMeters}</p> : (
        <Counts camera={camera.id} facts={facts}>
          {isRecorded ? <Account camera={camera} status={status.value} health={health?.value ?? null} /> : null}
        </Counts>
      )}
    </Section>
  );
}

function State({ camera, status }: { readonly camera: CameraName; readonly status: Retained<StatusBody> }) {
  const { technician } = useStrings();
  const state = cameraStateOf(status.value, camera);
  return (
    <span class="chip" data-tone={STATE_TONES[state]} data-testid={`state-${camera.id}`}>
      {technician.camera.state[state]}
    </span>
  );
}

/** `facts` are null while the camera has told nothing. */
function Counts({ camera, facts, children }: { readonly camera: number; readonly facts: CameraFacts | null; readonly children: ComponentChildren }) {
  const { technician } = useStrings();
  const words = technician.camera;
  return (
    <dl class="facts">
      <Fact label={words.encoded}>{facts === null ? null : <span data-testid={`encoded-${camera}`}>{countText(facts.frames_encoded)}</span>}</Fact>
      <Fact label={words.atSource}>{facts === null ? null : countText(facts.frames_at_source)}</Fact>
      <Fact label={words.missed} tone={(facts?.frames_missed ?? 0) > 0 ? 'warning' : undefined}>
        {facts === null ? null : countText(facts.frames_missed)}
      </Fact>
      <Fact label={words.gap} tone={(facts?.largest_gap_seconds ?? 0) > WIDE_GAP_SECONDS ? 'warning' : undefined}>
        {facts?.largest_gap_seconds == null ? null : shortTime(facts.largest_gap_seconds)}
      </Fact>
      <Fact label={words.written}>{facts === null ? null : bytesText(facts.bytes_written)}</Fact>
      <Fact label={words.synced}>{facts === null ? null : bytesText(facts.bytes_synced)}</Fact>
      {children}
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string | null;
  readonly tone?: 'warning' | 'bad' | undefined;
  readonly testId: string;
}

function Figure({ label, value, tone, testId }: FigureProps) {
  const { technician } = useStrings();
  return (
    <p class="figure" data-tone={tone}>
      <span class="figure-label">{label}</span>
      <span class="figure-value" data-testid={testId} data-unknown={value === null || undefined}>
        {value ?? technician.unknown}
      </span>
    </p>
  );
}

/** What happened to the camera in this recording. */
function Account({ camera, status, health }: { readonly camera: CameraName; readonly status: StatusBody; readonly health: RecordingHealthBody | null }) {
  const { technician } = useStrings();
  const words = technician.camera;
  const recovery = status.recording.camera_recovery[camera.key];
  const diagnosis = health?.camera_diagnostics?.[camera.key];
  const probe = diagnosis?.integrity_probe;
  const uptime = status.recording.cameras[camera.key]?.uptime;
  return (
    <>
      <Fact label={words.uptime}>{uptime === undefined ? null : clockText(uptime * 1000)}</Fact>
      <Fact label={words.recoveries} tone={(recovery?.attempts ?? 0) > 0 ? 'warning' : undefined}>
        {recovery === undefined ? null : countText(recovery.attempts)}
      </Fact>
      <Fact label={words.lastRecovery}>{epochText(recovery?.last_recovery_ts ?? null, Date.now()) ?? technician.never}</Fact>
      {probe?.checked === true ? (
        <Fact label={words.probe} tone={probe.ok === true ? 'good' : 'bad'}>
          {probe.ok === true ? words.probeOk(probe.frames ?? null) : words.probeFailed(probe.error ?? null)}
        </Fact>
      ) : null}
      <Fact label={words.lastError} tone={recovery?.last_error == null ? undefined : 'bad'} isLong={recovery?.last_error != null}>
        {recovery?.last_error ?? technician.none}
      </Fact>
      {diagnosis?.latest_segment == null ? null : (
        <Fact label={words.file} isLong>
          {diagnosis.latest_segment}
          {diagnosis.latest_segment_size === undefined ? '' : `, ${bytesText(diagnosis.latest_segment_size)}`}
        </Fact>
      )}
    </>
  );
}
