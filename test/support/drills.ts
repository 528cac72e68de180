/** Short versions of drills as tests. */
import type { Test } from 'tap';
import type { Drill } from '../../scripts/drill/drill.js';
import { Scene } from '../../scripts/drill/kit/scene.js';

const isRoot = process.getuid?.() === 0;

/** A scene that ends with the test. */
export function sceneFor(t: Test, settings: { readonly count?: number; readonly minutes?: number } = {}): Scene {
  const scene = new Scene({ seed: 1, ...settings, say: (text) => t.comment(text) });
  t.teardown(() => scene.dispose());
  return scene;
}

/**
 * Carries out the drill that often; every finding must hold. Times are shown only: their limits are for machines that do
 * nothing else.
 */
export async function carryOut(t: Test, drill: Drill, settings: { readonly count?: number; readonly minutes?: number }): Promise<void> {
  for (const finding of await drill.run(sceneFor(t, settings))) {
    const words = `${finding.name}: ${finding.measured}`;
    if (finding.isTimed || finding.holds === null) t.comment(words);
    else t.ok(finding.holds, `${words} (required: ${finding.required})`);
  }
}

/** For drills that mount. */
export const asRoot = { skip: isRoot ? false : 'needs root: mounts' } as const;
