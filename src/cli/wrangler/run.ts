/** Running wrangler, which knows how to log in to Cloudflare. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Result of a run. */
export interface WranglerRun {
  readonly status: number | null;
  readonly stdout: string;
  /** Includes standard error, for diagnosis. */
  readonly output: string;
}

/** Runs wrangler to its end, with `variables` added to the environment. */
export function runWrangler(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<WranglerRun> {
  const child = spawn(process.execPath, [wranglerCommand(), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      WRANGLER_SEND_METRICS: "false",
      ...process.env,
      WRANGLER_HIDE_BANNER: "true",
      ...variables,
    },
  });
  let [stdout, output] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
    output += text;
  });
  child.stderr.on("data", (text) => (output += text));
  return new Promise((resolve, reject) =>
    child.on("error", reject).on("close", (status) => {
      resolve({ status, stdout, output: output.trim() });
    }),
  );
}

/** The path of the script that Node runs. */
export function wranglerCommand(): string {
  const packageJson = createRequire(import.meta.url).resolve("wrangler/package.json");
  return join(dirname(packageJson), "bin/wrangler.js");
}
