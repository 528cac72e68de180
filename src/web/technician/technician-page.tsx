import './technician.css';
import './meters.css';
import './log.css';
import type { RecordingHealthBody } from '../../api/contract/recording-health.js';
import { USUAL_CAMERAS } from '../kiosk/view.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { AccessSection } from './access-section.js';
import { CameraSection } from './camera-section.js';
import { CorrelationsSection } from './correlations-section.js';
import { HealthSection } from './health-section.js';
import { LogSection } from './log-section.js';
import { MachineSection } from './machine-section.js';
import { PipelinesSection } from './pipelines-section.js';
import { useRetained, useRetainedPoll } from './retained.js';
import { VersionsSection } from './versions-section.js';

const STATUS_MS = 1000;
const HOLDER_MS = 2000;
const METRICS_MS = 3000;
const HEALTH_MS = 1000;

/** For the person with a laptop or a phone beside the rig: everything that it measures, as it measures it. */
export function TechnicianPage() {
  const { technician } = useStrings();
  return (
    <div class="tech">
      <h1 class="unseen">{technician.title}</h1>
      <Meters />
      <LogSection />
      <PipelinesSection cameras={useRig().about.value?.cameras ?? USUAL_CAMERAS} />
      <CorrelationsSection />
      <VersionsSection />
    </div>
  );
}

/** What changes every second; the rest of the page is not touched by that. */
function Meters() {
  const rig = useRig();
  const cameras = rig.about.value?.cameras ?? USUAL_CAMERAS;
  const status = useRetained(rig.status, STATUS_MS);
  const holder = useRetained(rig.pipelineState, HOLDER_MS);
  const metrics = useRetained(rig.systemMetrics, METRICS_MS);
  const health = useRetainedPoll((rest, signal) => rest.get<RecordingHealthBody>('/recording-health', { signal }), HEALTH_MS);
  return (
    <>
      {cameras.map((camera) => (
        <CameraSection key={camera.key} camera={camera} status={status} health={health} />
      ))}
      <HealthSection cameras={cameras} status={status} health={health} />
      <MachineSection metrics={metrics} status={status} />
      <AccessSection cameras={cameras} holder={holder} status={status} />
    </>
  );
}
