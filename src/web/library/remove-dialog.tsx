import { useSignal } from '@preact/signals';
import type { DeletedBody } from '../../api/contract/library.js';
import { hrefOf } from '../app/routes.js';
import { useRig } from '../rig/rig.js';
import { asRigError } from '../rig/rig-error.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { useAnnouncer } from '../ui/toast.js';
import { matchPath } from './addresses.js';

export interface RemoveDialogProps {
  readonly open: boolean;
  readonly matchId: string;
  readonly sizeMb: number;
  readonly onClose: () => void;
}

/** A disk may take its time over many large files. */
const PATIENCE_MS = 60_000;

/** Asks before a match is removed for good, and says what the rig has against it. */
export function RemoveDialog({ open, matchId, sizeMb, onClose }: RemoveDialogProps) {
  const { library } = useStrings();
  const { rest } = useRig();
  const { show } = useAnnouncer();
  const isBusy = useSignal(false);
  const refusal = useSignal<string | null>(null);
  const close = (): void => {
    if (isBusy.value) return;
    refusal.value = null;
    onClose();
  };
  const remove = async (): Promise<void> => {
    isBusy.value = true;
    refusal.value = null;
    try {
      const { size_mb_freed } = await rest.delete<DeletedBody>(matchPath(matchId), { timeoutMs: PATIENCE_MS });
      show(library.remove.done(matchId, size_mb_freed), 'good');
      onClose();
      location.hash = hrefOf({ page: 'library', matchId: null });
    } catch (thrown) {
      refusal.value = asRigError(thrown).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog
      open={open}
      title={library.remove.title}
      onClose={close}
      actions={
        <>
          <Button onClick={close} disabled={isBusy.value}>
            {library.remove.no}
          </Button>
          <Button look="danger" icon="trash" disabled={isBusy.value} onClick={() => void remove()}>
            {isBusy.value ? library.remove.busy : library.remove.yes}
          </Button>
        </>
      }
    >
      <div class="remove-words">
        <p class="remove-name" dir="auto">
          {matchId}
        </p>
        <p>{library.remove.question(sizeMb)}</p>
        <p>{library.remove.detail}</p>
      </div>
      {refusal.value === null ? null : (
        <p class="remove-refusal" role="alert">
          <Icon name="alert" />
          <span>
            <strong>{library.remove.refused}</strong> {refusal.value}
          </span>
        </p>
      )}
    </Dialog>
  );
}
