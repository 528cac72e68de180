import { useSignal } from '@preact/signals';
import type { PipelinesBody } from '../../api/contract/pipelines.js';
import type { CameraName } from '../kiosk/view.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { useAnnouncer } from '../ui/toast.js';
import { Choice } from './choice.js';
import { copyText } from './copy.js';
import { useRetainedPoll } from './retained.js';
import { Section } from './section.js';

type Kind = 'recording' | 'live';

/** They change only when somebody edits the configuration. */
const POLL_MS = 15_000;

/** What GStreamer runs for each camera. */
export function PipelinesSection({ cameras }: { readonly cameras: readonly CameraName[] }) {
  const { technician } = useStrings();
  const words = technician.pipelines;
  const kind = useSignal<Kind>('recording');
  const pipelines = useRetainedPoll((rest, signal) => rest.get<PipelinesBody>('/pipelines', { signal }), POLL_MS);
  return (
    <Section title={words.title} of={pipelines} aside={pipelines === null ? null : words.profile(pipelines.value.profile)} testId="pipelines" isWide>
      <Choice label={words.which} options={words.kinds} value={kind.value} onChange={(chosen) => (kind.value = chosen)} />
      <div class="pipelines">
        {cameras.map(({ id, key }) => {
          const texts = pipelines?.value.cameras[key];
          return texts === undefined ? null : <PipelineText key={key} camera={id} text={texts[kind.value]} />;
        })}
      </div>
    </Section>
  );
}

function PipelineText({ camera, text }: { readonly camera: number; readonly text: string }) {
  const { kiosk, technician } = useStrings();
  const { show } = useAnnouncer();
  const words = technician.pipelines;
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(text);
    show(isCopied ? words.copied(camera) : words.notCopied, isCopied ? 'good' : 'warning');
  };
  return (
    <div class="pipeline">
      <header class="tech-head">
        <h3>{kiosk.camera(camera)}</h3>
        <Button look="quiet" icon="note" onClick={() => void copy()} aria-label={`${words.copy}: ${words.text(camera)}`}>
          {words.copy}
        </Button>
      </header>
      <pre tabIndex={0} aria-label={words.text(camera)} data-testid={`pipeline-${camera}`}>
        {text}
      </pre>
    </div>
  );
}
