/** Prometheus' own tool, which checks rules and metrics; CI installs it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

const isMissing = spawnSync("promtool", ["--version"]).error !== undefined;

/** True where tests of it are skipped. */
export const LACKS_PROMTOOL = isMissing && process.env.CI !== "true";
/** For the names of such tests. */
export const WHY_SKIPPED = isMissing ? ": skipped, for no promtool is on the PATH" : "";

/** Runs it with this text as its input; gives its status, and all that it prints. */
export async function promtool(
  args: readonly string[],
  input = "",
): Promise<{ readonly status: number; readonly output: string }> {
  const child = spawn("promtool", args);
  child.stdin.end(input);
  const [[status], ...printed] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status: Number(status), output: printed.join("") };
}
