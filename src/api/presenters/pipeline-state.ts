import type { MutexState } from '../../recording/types.js';
import type { PipelineStateBody } from '../contract/pipeline-state.js';
import { localIso } from './units.js';

/** The wire form of the camera mutex (contract 3.2). */
export function presentPipelineState(state: MutexState): PipelineStateBody {
  return {
    mode: state.mode,
    holder: state.holder,
    lock_time: state.acquiredAt === null ? null : localIso(state.acquiredAt),
    can_preview: state.canPreview,
    can_record: state.canRecord,
  };
}
