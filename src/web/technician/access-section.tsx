import type { PipelineStateBody } from '../../api/contract/pipeline-state.js';
import type { StatusBody } from '../../api/contract/status.js';
import { clockText } from '../kiosk/elapsed.js';
import type { CameraName } from '../kiosk/view.js';
import { useStrings } from '../strings/use-strings.js';
import { clockTime } from './format.js';
import type { Retained } from './retained.js';
import { Fact, Section } from './section.js';

export interface AccessSectionProps {
  readonly cameras: readonly CameraName[];
  readonly holder: Retained<PipelineStateBody> | null;
  readonly status: Retained<StatusBody> | null;
}

/** Who has the cameras now, and who watches. */
export function AccessSection({ cameras, holder, status }: AccessSectionProps) {
  const { technician } = useStrings();
  const words = technician.access;
  const preview = status?.value.preview;
  const oldest = holder === null || status === null ? null : holder.isCurrent ? status : holder;
  const may = holder === null ? [] : [...(holder.value.can_preview ? [words.mayPreview] : []), ...(holder.value.can_record ? [words.mayRecord] : [])];
  return (
    <Section title={words.title} of={oldest} testId="access">
      {holder === null || preview === undefined ? null : (
        <dl class="facts">
          <Fact label={words.mode}>
            <span data-testid="mode">{words.modes[holder.value.mode]}</span>
          </Fact>
          <Fact label={words.holder} isLong={(holder.value.holder?.length ?? 0) > 24}>
            {holder.value.holder ?? technician.none}
          </Fact>
          {holder.value.lock_time === null ? null : <Fact label={words.since}>{sinceText(holder.value.lock_time)}</Fact>}
          <Fact label={words.may}>{may.length === 0 ? technician.none : may.join(', ')}</Fact>
          <Fact label={words.transport} tone={preview.webrtc_supported ? undefined : 'warning'}>
            {words.transports[preview.transport_mode]}
            {preview.webrtc_supported ? null : <span class="fact-more">{words.noWebrtc}</span>}
          </Fact>
          {cameras.map(({ id, key }) => {
            const live = preview.cameras[key];
            if (live === undefined) return null;
            return (
              <Fact key={key} label={words.live(id)} tone={live.state === 'error' ? 'bad' : undefined}>
                {words.liveState[live.state]}
                {live.active ? `, ${live.transport}, ${clockText(live.uptime * 1000)}` : ''}
              </Fact>
            );
          })}
          <Fact label={words.viewers} isLong={preview.webrtc_streams.length > 0}>
            {preview.webrtc_streams.length === 0 ? words.noViewers : <Viewers streams={preview.webrtc_streams} />}
          </Fact>
        </dl>
      )}
    </Section>
  );
}

function Viewers({ streams }: { readonly streams: StatusBody['preview']['webrtc_streams'] }) {
  const { technician } = useStrings();
  return (
    <ul class="viewers" data-testid="viewers">
      {streams.map(({ session_id, stream_kind, connection_id }) => (
        <li key={session_id}>{technician.access.viewer(stream_kind, connection_id.slice(0, 8))}</li>
      ))}
    </ul>
  );
}

/** The rig tells its own local time, without zone; shown as it stands there. */
function sinceText(localIso: string): string {
  const at = Date.parse(localIso);
  return Number.isNaN(at) ? localIso : clockTime(at, Date.now());
}
