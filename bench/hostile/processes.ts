/** Processes that work beside this one and tell what came of it, and what memory processes take. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Starts a script of this folder; settles once it says that it is ready. */
export async function startScript(
  script: string,
  args: readonly string[] = [],
): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, script), args, { execPath: process.execPath });
  await nextMessage(child);
  return child;
}

/** Sends a message and waits for the next one that comes back. */
export async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const answer = nextMessage(child);
  child.send(message);
  return (await answer) as Answer;
}

/** @throws Error if the process ends instead */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const settled = new AbortController();
  const ended = once(child, "exit", settled).then(([status, signal]) => {
    throw new Error(`${child.spawnargs.slice(1).join(" ")} ended with ${status ?? signal}`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", settled), ended]);
    return message;
  } finally {
    settled.abort();
    ended.catch(() => {});
  }
}

/** Bytes of physical memory that a process takes, and the most that it took; 0 once it has ended. Linux only. */
export function memoryOf(pid: number): {
  readonly residentBytes: number;
  readonly peakBytes: number;
} {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return { residentBytes: kilobytes(status, "VmRSS"), peakBytes: kilobytes(status, "VmHWM") };
  } catch {
    return { residentBytes: 0, peakBytes: 0 };
  }
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
}
