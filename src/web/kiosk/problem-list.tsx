import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Icon, type IconName } from '../ui/icon.js';
import { useKiosk } from './kiosk-state.js';
import { type Problem, problemsOf, toneOf } from './problems.js';
import { USUAL_CAMERAS } from './view.js';

const ICONS: Readonly<Record<Problem['kind'], IconName>> = {
  camera_failed: 'cameraOff',
  camera_recovering: 'cameraOff',
  camera_absent: 'cameraOff',
  no_picture: 'cameraOff',
  disk_full: 'disk',
  disk_behind: 'disk',
  disk_refusing: 'disk',
  disk_missing: 'disk',
  disk_low: 'disk',
  hot: 'thermometer',
  very_hot: 'thermometer',
  power_mode: 'power',
  overload: 'alert',
};

/** What a person should know or do now; nothing at all on a good day. */
export function ProblemList() {
  const { kiosk } = useStrings();
  const { status, systemMetrics, about } = useRig();
  const { withoutPicture } = useKiosk();
  const heard = status.value;
  if (heard === null) return null;
  const problems = problemsOf({
    status: heard.value,
    metrics: systemMetrics.value?.value ?? null,
    requireAllCameras: about.value?.require_all_cameras ?? true,
    cameras: about.value?.cameras ?? USUAL_CAMERAS,
    withoutPicture: [...withoutPicture.value],
  });
  return (
    <ul class="problems" aria-live="polite" data-testid="problems">
      {problems.map((problem) => {
        const { title, advice } = kiosk.problem(problem);
        return (
          <li key={`${problem.kind} ${'camera' in problem ? problem.camera : ''}`} class="problem" data-tone={toneOf(problem)}>
            <Icon name={ICONS[problem.kind]} />
            <p>
              <strong>{title}</strong> {advice}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
