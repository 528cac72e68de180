import type { Static } from 'typebox';
import type { RootBody } from '../../api/contract/root.js';

export interface Versions {
  readonly product: string;
  readonly api: string;
  /** Null when the metrics do not tell. */
  readonly node: string | null;
}

/** From `GET /` and `GET /metrics`, which are no part of `/api`. Rejects when the rig does not answer. */
export async function readVersions(signal: AbortSignal): Promise<Versions> {
  const [root, metrics] = await Promise.all([
    fetch('/', { signal, cache: 'no-store', headers: { accept: 'application/json' } }).then((answer) => answer.json()) as Promise<Static<typeof RootBody>>,
    fetch('/metrics', { signal, cache: 'no-store' }).then((answer) => answer.text()),
  ]);
  return { product: `${root.product} ${root.product_version}`, api: `${root.service} ${root.version}`, node: nodeVersionIn(metrics) };
}

/** From the series `touchline_build_info` (docs/metrics.md); null when it is not there. */
export function nodeVersionIn(metrics: string): string | null {
  return /^touchline_build_info\{[^}]*\bnode="([^"]+)"/m.exec(metrics)?.[1] ?? null;
}
