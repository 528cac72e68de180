import Type, { type Static } from '#typebox';
import { Count } from './common.js';

/** The development routes (contract 3.10), as far as they only tell something. */

const Service = Type.Object({ active: Type.Boolean(), branch: Type.String(), commit: Type.String() });

export const DevelopmentStatusBody = Type.Object(
  {
    services: Type.Object({ production: Service, development: Type.Object({ ...Service.properties, has_changes: Type.Boolean() }) }),
    api_port: Type.String(),
  },
  { title: 'DevelopmentStatus' },
);

export const GitStatusBody = Type.Object(
  {
    branch: Type.String(),
    commit: Type.String(),
    commit_full: Type.String(),
    commit_message: Type.String(),
    has_changes: Type.Boolean(),
    changes: Type.Array(Type.String()),
    ahead: Count,
    behind: Count,
  },
  { title: 'GitStatus' },
);

export const ServiceStatusBody = Type.Object(
  { current: Type.Union([Type.Literal('production'), Type.Literal('development'), Type.Literal('none')]), production_active: Type.Boolean(), development_active: Type.Boolean() },
  { title: 'ServiceStatus' },
);

export const BackupsBody = Type.Object({ backups: Type.Array(Type.Unknown()) }, { title: 'Backups' });

const Disk = Type.Object({ total_gb: Type.Number(), used_gb: Type.Number(), free_gb: Type.Number(), percent: Type.Number() });

export const SystemInfoBody = Type.Object(
  {
    cpu: Type.Object({ percent: Type.Number(), count: Count }),
    memory: Type.Object({ total_gb: Type.Number(), used_gb: Type.Number(), available_gb: Type.Number(), percent: Type.Number() }),
    disk: Type.Object({ root: Disk, recordings: Disk }),
    process: Type.Object({ pid: Count, memory_mb: Type.Number(), cpu_percent: Type.Number() }),
  },
  { title: 'SystemInfo' },
);
export type SystemInfoBody = Static<typeof SystemInfoBody>;

export const DevelopmentDoneBody = Type.Object({ success: Type.Boolean(), message: Type.String() }, { title: 'DevelopmentDone' });
