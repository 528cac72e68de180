import { useEffect, useRef } from 'preact/hooks';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Icon } from '../ui/icon.js';
import { useAnnouncer } from '../ui/toast.js';

/** Over the page as long as the rig is not heard; says so once more when it is back. */
export function ConnectionBanner() {
  const { app } = useStrings();
  const { connection, lossCause } = useRig();
  const { say, show } = useAnnouncer();
  const before = useRef(connection.value);
  const now = connection.value;
  const detail = lossCause.value === 'full' ? app.connection.full : app.connection.lostDetail;
  useEffect(() => {
    if (now === 'lost') say(`${app.connection.lost}. ${detail}`);
    if (now === 'live' && before.current === 'lost') show(app.connection.back, 'good');
    before.current = now;
  }, [now, detail]);
  if (now !== 'lost') return null;
  return (
    <div class="connection-banner" data-testid="connection-lost">
      <Icon name="alert" />
      <div>
        <strong>{lossCause.value === 'full' ? app.connection.noRoom : app.connection.lost}</strong>
        <p>{detail}</p>
      </div>
    </div>
  );
}

/** The small sign in the bar. */
export function ConnectionMark() {
  const { app } = useStrings();
  const { connection, about } = useRig();
  const words = app.connection[connection.value];
  return (
    <span class="connection-mark" data-state={connection.value} title={words}>
      <span class="connection-dot" aria-hidden="true" />
      <span class="unseen">{words}</span>
      <span class="connection-name">{connection.value === 'live' ? (about.value?.name ?? '') : words}</span>
    </span>
  );
}
