/** What a process holds, as the kernel sees it. */
import { readdir, readFile } from 'node:fs/promises';

export interface Resources {
  readonly fileDescriptors: number;
  readonly threads: number;
  readonly residentMiB: number;
}

export async function resourcesOf(pid: number): Promise<Resources> {
  const [descriptors, threads, status] = await Promise.all([readdir(`/proc/${pid}/fd`), readdir(`/proc/${pid}/task`), readFile(`/proc/${pid}/status`, 'utf8')]);
  return { fileDescriptors: descriptors.length, threads: threads.length, residentMiB: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024 };
}
