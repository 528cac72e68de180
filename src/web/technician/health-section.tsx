import type { RecordingHealthBody } from '../../api/contract/recording-health.js';
import type { StatusBody } from '../../api/contract/status.js';
import { type CameraName, conditionOf } from '../kiosk/view.js';
import { useStrings } from '../strings/use-strings.js';
import { countText, epochText } from './format.js';
import type { Retained } from './retained.js';
import { Fact, Section } from './section.js';

export interface HealthSectionProps {
  readonly cameras: readonly CameraName[];
  readonly status: Retained<StatusBody> | null;
  readonly health: Retained<RecordingHealthBody> | null;
}

/** Whether the rig thinks that it is well, and what its guards do about it. */
export function HealthSection({ cameras, status, health }: HealthSectionProps) {
  const { technician } = useStrings();
  const words = technician.health;
  const oldest = status === null || health === null ? null : status.isCurrent ? health : status;
  const issues = health?.value.issues ?? [];
  return (
    <Section title={words.title} of={oldest} testId="health">
      <p class="verdict" data-tone={health?.value.healthy === true ? 'good' : 'bad'}>
        <strong>{health?.value.healthy === true ? words.ok : words.bad}</strong> {health?.value.message}
      </p>
      {issues.length === 0 ? null : (
        <ul class="issues">
          {issues.map((issue) => (
            <li key={issue}>{words.issue(issue)}</li>
          ))}
        </ul>
      )}
      {status === null ? null : (
        <>
          <Watchdog cameras={cameras} status={status.value} />
          <Guard guard={status.value.recording.overload_guard} />
        </>
      )}
    </Section>
  );
}

function Watchdog({ cameras, status }: { readonly cameras: readonly CameraName[]; readonly status: StatusBody }) {
  const { technician } = useStrings();
  const words = technician.health;
  const { recording, phase, camera_recovery } = status.recording;
  const lost = cameras.flatMap((camera) => {
    const account = camera_recovery[camera.key];
    if (!recording || phase !== 'recording') return [];
    if (account?.failed_permanently === true) return [words.failed(camera.id)];
    if (account?.recovering === true) return [words.recovering(camera.id, account.attempts)];
    return conditionOf(status, camera) === 'recording' ? [] : [words.silent(camera.id)];
  });
  return (
    <div class="subsection">
      <h3>{words.watchdog}</h3>
      {lost.length > 0 ? (
        <ul class="issues">
          {lost.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : (
        <p>{recording ? words.watching : words.watchdogRest}</p>
      )}
    </div>
  );
}

function Guard({ guard }: { readonly guard: StatusBody['recording']['overload_guard'] }) {
  const { technician } = useStrings();
  const words = technician.health;
  const nowMs = Date.now();
  return (
    <div class="subsection">
      <h3>{words.guard}</h3>
      <p data-tone={guard.active ? 'warning' : undefined}>{guard.active ? words.guardActive : guard.last_evaluated_at === null ? words.guardUnmeasured : words.guardRest}</p>
      <dl class="facts">
        <Fact label={words.cpu}>{guard.cpu_percent === null ? null : `${guard.cpu_percent.toFixed(0)} %`}</Fact>
        <Fact label={words.evaluated}>{epochText(guard.last_evaluated_at, nowMs)}</Fact>
        <Fact label={words.streak} tone={guard.unhealthy_streak > 0 ? 'warning' : undefined}>
          {countText(guard.unhealthy_streak)}
        </Fact>
        <Fact label={words.triggered}>{epochText(guard.triggered_at, nowMs) ?? technician.never}</Fact>
        <Fact label={words.guardHealth} isLong={(guard.health_message?.length ?? 0) > 20}>
          {guard.health_healthy === null ? null : ((guard.health_message === null ? null : words.issue(guard.health_message)) ?? (guard.health_healthy ? words.ok : words.bad))}
        </Fact>
        {guard.reasons.length === 0 ? null : (
          <Fact label={words.reasons} tone="warning" isLong>
            {guard.reasons.map(words.issue).join('; ')}
          </Fact>
        )}
      </dl>
    </div>
  );
}
