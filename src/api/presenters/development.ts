import { availableParallelism } from 'node:os';
import type { BoardSample } from '../../diagnostics/types.js';
import type { SystemInfoBody } from '../contract/development.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Not rounded (contract 3.10). Both disks are the one that records: nothing else of the machine is anybody's business here. */
export function presentSystemInfo(board: BoardSample, process: { readonly pid: number; readonly memoryBytes: number; readonly cpuPercent: number }): SystemInfoBody {
  const { memory, storage } = board;
  const usedBytes = memory.totalBytes - memory.availableBytes;
  const disk = { total_gb: storage.totalBytes / GIB, used_gb: storage.usedBytes / GIB, free_gb: storage.freeBytes / GIB, percent: percent(storage.usedBytes, storage.totalBytes) };
  return {
    cpu: { percent: board.cpuPercent, count: availableParallelism() },
    memory: { total_gb: memory.totalBytes / GIB, used_gb: usedBytes / GIB, available_gb: memory.availableBytes / GIB, percent: percent(usedBytes, memory.totalBytes) },
    disk: { root: disk, recordings: disk },
    process: { pid: process.pid, memory_mb: process.memoryBytes / MIB, cpu_percent: process.cpuPercent },
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
