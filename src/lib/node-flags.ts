/**
 * How Node is started for the daemon and for the camera processes. V8 sizes its heaps by the machine, and collects garbage when
 * it has run out of what it allowed itself: hundreds of megabytes for a daemon that needs fifty (docs/decisions/0007-memory.md).
 * The units and scripts/run.sh say the same.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=50'];

/**
 * The environment of the daemon beside that: glibc keeps a heap for each thread that reads folders, and gives back less of it with
 * each large piece that was freed, unless it is told how much it may keep. Camera processes, whose threads carry frames, are better
 * off without it.
 */
export const DAEMON_ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' } as const;
