import type { SystemInfoBody } from '../../api/contract/development.js';
import type { StatusBody } from '../../api/contract/status.js';
import type { SystemMetricsBody } from '../../api/contract/system-metrics.js';
import { useStrings } from '../strings/use-strings.js';
import { Graph } from './graph.js';
import { useHistory } from './history.js';
import { type Retained, useRetainedPoll } from './retained.js';
import { Bar, Fact, Section } from './section.js';

const METRICS_MS = 3000;
const DAEMON_MS = 5000;
/** What the rig says where there is no nvpmodel. */
const NO_MODE = 'Unknown';
const BUSY_PERCENT = 85;
const FULL_PERCENT = 90;
const LOW_HOURS = 2;

/** Load, memory, disk and heat of the rig. A group that the rig could not read has no total, and is shown as not measured. */
export function MachineSection({ metrics, status }: { readonly metrics: Retained<SystemMetricsBody> | null; readonly status: Retained<StatusBody> | null }) {
  const { technician } = useStrings();
  const words = technician.system;
  return (
    <Section title={words.title} of={metrics} testId="machine">
      {metrics === null ? null : <Groups metrics={metrics.value} hoursLeft={status?.value.recording.hours_left ?? null} />}
    </Section>
  );
}

function Groups({ metrics, hoursLeft }: { readonly metrics: SystemMetricsBody; readonly hoursLeft: number | null }) {
  const { technician } = useStrings();
  const { cpuPercent } = useHistory();
  const daemon = useRetainedPoll((rest, signal) => rest.get<SystemInfoBody>('/dev/system-info', { signal }), DAEMON_MS);
  const words = technician.system;
  const { cpu_usage, memory, storage, cpu_frequencies, cpu_avg } = metrics;
  const isFull = storage.percent >= FULL_PERCENT || (hoursLeft !== null && hoursLeft < LOW_HOURS);
  return (
    <>
      <Graph label={words.cpu} samples={cpuPercent.value} format={(value) => `${value.toFixed(0)} %`} atLeast={100} intervalMs={METRICS_MS} />
      <dl class="facts">
        <Fact label={words.cpu} tone={cpu_usage.overall >= BUSY_PERCENT ? 'warning' : undefined}>
          {`${cpu_usage.overall.toFixed(0)} %`}
          <Bar percent={cpu_usage.overall} tone={cpu_usage.overall >= BUSY_PERCENT ? 'warning' : undefined} />
        </Fact>
        <Temperature temperature={metrics.temperature} />
        <Fact label={words.memory}>
          {memory.total_gb === 0 ? null : (
            <>
              {words.used(memory.used_gb.toFixed(1), memory.total_gb.toFixed(1))}
              <Bar percent={memory.percent} tone={memory.percent >= FULL_PERCENT ? 'warning' : undefined} />
            </>
          )}
        </Fact>
        <Fact label={words.disk} tone={isFull ? 'warning' : undefined}>
          {storage.total_gb === 0 ? null : (
            <>
              {words.free(storage.free_gb.toFixed(0), storage.total_gb.toFixed(0))}
              <Bar percent={storage.percent} tone={isFull ? 'warning' : undefined} />
              <span class="fact-more">{hoursLeft === null ? words.hoursUnknown : words.hours(hoursLeft)}</span>
            </>
          )}
        </Fact>
        <PowerMode mode={metrics.power_mode} />
        <Fact label={words.clock}>{cpu_frequencies.length === 0 ? null : words.ghz(cpu_avg.performance, cpu_frequencies.length)}</Fact>
        <Fact label={words.daemon}>{daemon?.isCurrent === true ? words.daemonNow(daemon.value.process.cpu_percent, daemon.value.process.memory_mb) : null}</Fact>
      </dl>
    </>
  );
}

function Temperature({ temperature }: { readonly temperature: SystemMetricsBody['temperature'] }) {
  const { technician } = useStrings();
  const words = technician.system;
  if (temperature.zones.length === 0) return <Fact label={words.temperature}>{words.noSensor}</Fact>;
  return (
    <Fact label={words.temperature} tone={temperature.critical ? 'bad' : temperature.warning ? 'warning' : undefined}>
      {words.celsius(temperature.max_c)}
      {temperature.critical || temperature.warning ? `, ${temperature.critical ? words.critical : words.warning}` : ''}
      <span class="fact-more">{words.hottest(temperature.zones.length)}</span>
    </Fact>
  );
}

function PowerMode({ mode }: { readonly mode: SystemMetricsBody['power_mode'] }) {
  const { technician } = useStrings();
  const words = technician.system;
  if (mode.name === NO_MODE) return <Fact label={words.power}>{words.noMode}</Fact>;
  return (
    <Fact label={words.power} tone={mode.is_max ? 'good' : 'warning'}>
      {mode.name}
      {mode.is_max ? null : <span class="fact-more">{words.notMax}</span>}
    </Fact>
  );
}
