import Type, { type Static } from '#typebox';

const Gigabytes = Type.Number({ minimum: 0, description: 'In units of 1024³ bytes, two decimals' });
const Percent = Type.Number({ minimum: 0, maximum: 100, description: 'One decimal' });
const Gigahertz = Type.Number({ minimum: 0, description: 'Three decimals' });

/** GET /system-metrics (contract 3.7). Every group is always there; a group that cannot be read is zero or empty, never null. */
export const SystemMetricsBody = Type.Object(
  {
    power_mode: Type.Object({
      name: Type.String({ description: '`Unknown` where there is no nvpmodel' }),
      id: Type.String({ description: '`N/A` where there is no nvpmodel' }),
      is_max: Type.Boolean({ description: 'Whether it is the mode that sustained recording needs' }),
    }),
    cpu_frequencies: Type.Array(
      Type.Object({ cpu: Type.Integer({ minimum: 0 }), freq_ghz: Gigahertz, type: Type.Union([Type.Literal('performance'), Type.Literal('efficiency')]) }),
      { description: 'Every core that tells its clock' },
    ),
    cpu_avg: Type.Object({ performance: Gigahertz, efficiency: Gigahertz }),
    temperature: Type.Object({
      max_c: Type.Number({ description: 'Hottest zone, one decimal' }),
      zones: Type.Array(Type.Number({ description: 'Degrees Celsius, one decimal' })),
      warning: Type.Boolean({ description: 'Above 75 °C' }),
      critical: Type.Boolean({ description: 'Above 85 °C' }),
    }),
    cpu_usage: Type.Object({ overall: Percent }),
    memory: Type.Object({ total_gb: Gigabytes, used_gb: Gigabytes, available_gb: Gigabytes, percent: Percent }),
    storage: Type.Object(
      { total_gb: Gigabytes, used_gb: Gigabytes, free_gb: Gigabytes, percent: Percent },
      { description: 'The disk of the recordings; what is reserved for root counts as used' },
    ),
  },
  { title: 'SystemMetrics' },
);
export type SystemMetricsBody = Static<typeof SystemMetricsBody>;
