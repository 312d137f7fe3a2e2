/** The number of processors that this process may use: those it may run on, within the limit of its control group. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

/** Whole processors, at least 1. */
export function availableCores(): number {
  return Math.max(1, Math.floor(Math.min(availableParallelism(), cgroupProcessors())));
}

/**
 * The processors' worth of time that the process's control group and those above it allow, Infinity for no limit: the
 * quotients of `cpu.max` (Linux, Documentation/admin-guide/cgroup-v2.rst).
 *
 * @param root where `/proc` and `/sys` stand
 */
export function cgroupProcessors(root = "/"): number {
  const own = /^0::(\/.*)$/m.exec(readText(join(root, "proc/self/cgroup")))?.[1];
  let smallest = Number.POSITIVE_INFINITY;
  for (let path = own; path !== undefined; path = path === "/" ? undefined : dirname(path)) {
    const [quota, period] = readText(join(root, "sys/fs/cgroup", path, "cpu.max")).split(/\s+/);
    const processors = Number(quota) / Number(period);
    if (processors > 0) smallest = Math.min(smallest, processors);
  }
  return smallest;
}

/** A file's text; empty if it cannot be read, as on systems without control groups. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
