/** Where HLS playlists and segments live: memory, never the disk that records. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';
/** The usual port of RTP. */
const FIRST_EXAMPLE_PORT = 5004;

/** The folder that the configuration names, otherwise one in memory that belongs to this runtime folder alone. */
export function hlsFolder(configured: string | null, runtimeDir: string): string {
  const own = createHash('sha256').update(runtimeDir).digest('hex').slice(0, 12);
  return configured ?? join(SHARED_MEMORY, `touchline-hls-${own}`);
}

/** Where a live picture would go, for people who read its pipeline: the port of a real one is any that is free. */
export function exampleTargets(folder: string, camera: number): { readonly rtpPort: number; readonly hlsPlaylist: string; readonly hlsSegments: string } {
  const { playlist, segments } = new HlsFolder(folder).files(camera);
  return { rtpPort: FIRST_EXAMPLE_PORT + camera, hlsPlaylist: playlist, hlsSegments: segments };
}

/** Files of one camera in that folder (contract 7.2). */
export interface HlsFiles {
  readonly playlist: string;
  /** With %05d for the number of the segment. */
  readonly segments: string;
}

export class HlsFolder {
  readonly path: string;
  /** One at a time for each camera: a removal that began before a new picture must not take that one's files. */
  readonly #removals = new Map<number, Promise<void>>();

  constructor(path: string) {
    this.path = path;
  }

  files(camera: number): HlsFiles {
    return { playlist: join(this.path, `cam${camera}.m3u8`), segments: join(this.path, `cam${camera}_%05d.ts`) };
  }

  /** Makes room for a new picture: a player must never be shown an old one. */
  async prepare(camera: number): Promise<HlsFiles> {
    await mkdir(this.path, { recursive: true });
    await this.remove(camera);
    return this.files(camera);
  }

  async remove(camera: number): Promise<void> {
    const removal = (this.#removals.get(camera) ?? Promise.resolve()).catch(() => undefined).then(() => this.#removeNow(camera));
    this.#removals.set(camera, removal);
    await removal;
  }

  async #removeNow(camera: number): Promise<void> {
    const names = await readdir(this.path).catch(() => []);
    const own = new RegExp(`^cam${camera}(?:\\.m3u8|_\\d+\\.ts)$`);
    await this.#removeAll(names.filter((name) => own.test(name)));
  }

  async #removeAll(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => rm(join(this.path, name), { force: true })));
  }

  /** Removes these cameras' files, and the folder when nothing else is in it: the configuration may name anybody's. */
  async close(cameras: readonly number[]): Promise<void> {
    for (const camera of cameras) await this.remove(camera);
    // Playlists whose writer ended in the middle have names of GLib's; nobody writes any more.
    const names = await readdir(this.path).catch(() => []);
    await this.#removeAll(names.filter((name) => name.startsWith('.goutputstream-')));
    await rmdir(this.path).catch(() => undefined);
  }
}
