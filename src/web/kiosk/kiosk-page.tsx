import './kiosk.css';
import './recording.css';
import './start.css';
import './pictures/pictures.css';
import { useEffect, useRef } from 'preact/hooks';
import { AimBar } from '../aiming/aim-bar.js';
import { useAim } from '../aiming/use-aim.js';
import { MarkBar } from '../marks/mark-bar.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { useAnnouncer } from '../ui/toast.js';
import { Pictures } from './pictures/pictures.js';
import { ProblemList } from './problem-list.js';
import { RecordingBand } from './recording-band.js';
import { ResultCard } from './result-card.js';
import { StartPanel } from './start-panel.js';
import { StopPanel } from './stop-panel.js';
import { type Activity, activityOf } from './view.js';

/** The page of the coach. Everything on it is what the rig said last; when nothing is known, it is empty but for the banner. */
export function KioskPage() {
  const { status } = useRig();
  const now = status.value?.value ?? null;
  const activity = activityOf(now);
  const { aim, overlay } = useAim(activity);
  useChangesSpoken(activity);
  if (now === null) return <div class="kiosk" data-activity="unknown" />;
  const isRunning = activity === 'recording' || activity === 'broken' || activity === 'stopping';
  return (
    <div class="kiosk" data-activity={activity} data-testid="kiosk">
      {isRunning ? <RecordingBand activity={activity} /> : null}
      <ProblemList />
      {isRunning ? null : <ResultCard />}
      <Pictures activity={activity} overlay={overlay} />
      <AimBar aim={aim} />
      {isRunning ? (
        <div class="running">
          {now.recording.match_id === null ? null : <MarkBar matchId={now.recording.match_id} />}
          <StopPanel activity={activity} />
        </div>
      ) : (
        <StartPanel activity={activity} />
      )}
    </div>
  );
}

/** Beginning and end of a recording, for those who do not see the band. */
function useChangesSpoken(activity: Activity): void {
  const { kiosk } = useStrings();
  const { say } = useAnnouncer();
  const before = useRef<Activity>('unknown');
  useEffect(() => {
    if (activity === 'recording' && before.current !== 'broken') say(kiosk.recording.began);
    if (activity === 'broken') say(`${kiosk.recording.broken}. ${kiosk.recording.brokenDetail}`);
    if (activity === 'idle' && before.current === 'stopping') say(kiosk.recording.ended);
    before.current = activity;
  }, [activity]);
}
