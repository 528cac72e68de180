import Type, { type Static } from '#typebox';

const Percent = Type.Number({ minimum: 0, description: 'Percent' });
const Gigabytes = Type.Number({ minimum: 0, description: 'Bytes / 1024^3, two decimals' });

export const HealthyBody = Type.Object(
  {
    status: Type.Literal('healthy'),
    system: Type.Object({
      cpu_percent: Percent,
      memory_percent: Percent,
      memory_available_gb: Gigabytes,
      disk_free_gb: Gigabytes,
      disk_percent: Percent,
    }),
  },
  { title: 'Healthy' },
);

export const UnhealthyBody = Type.Object(
  {
    status: Type.Literal('error'),
    detail: Type.String({ description: 'Which reading failed and why' }),
    code: Type.String(),
  },
  { title: 'Unhealthy' },
);

/** GET /health (contract 3.2): 200 in both forms, because scripts look at `status` or use `curl -f`. */
export const HealthBody = Type.Union([HealthyBody, UnhealthyBody], { title: 'Health' });
export type HealthBody = Static<typeof HealthBody>;
