/** Sorted-sample statistics; nearest rank, so that each figure is one that was really measured. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const p95 = (values: readonly number[]): number => quantile(values, 0.95);
export const p99 = (values: readonly number[]): number => quantile(values, 0.99);
export const max = (values: readonly number[]): number => quantile(values, 1);

/** `12.3 (p95 15.0, max 20.1)` */
export function spread(values: readonly number[], digits = 1): string {
  return `${median(values).toFixed(digits)} (p95 ${p95(values).toFixed(digits)}, max ${max(values).toFixed(digits)})`;
}
