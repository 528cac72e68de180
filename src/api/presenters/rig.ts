import type { RigBody } from '../contract/rig.js';
import { cameraKey } from './units.js';

/** What the rig is, as its configuration says at this moment. */
export interface RigFacts {
  readonly name: string;
  readonly cameraIds: readonly number[];
  readonly matchTeams: readonly string[];
  readonly previewTransportMode: RigBody['preview_transport_mode'];
  readonly protectionMs: number;
  readonly requireAllCameras: boolean;
}

/** Where a camera looks; a rig has its first on the left. */
const LABELS: readonly string[] = ['Left camera', 'Right camera'];
const MS_PER_SECOND = 1000;

export function presentRig(rig: RigFacts, version: string): RigBody {
  return {
    name: rig.name,
    cameras: rig.cameraIds.map((id) => ({ id, key: cameraKey(id), label: LABELS[id] ?? `Camera ${id}` })),
    match_teams: [...rig.matchTeams],
    preview_transport_mode: rig.previewTransportMode,
    protection_seconds: rig.protectionMs / MS_PER_SECOND,
    require_all_cameras: rig.requireAllCameras,
    version,
  };
}
