/** Runs the `undertone` command as its users do, in a process of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { Readable } from "node:stream";

const COMMAND = join(import.meta.dirname, "../../../src/cli/undertone.ts");

/** Result of a run of the command. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `undertone …args` in `directory`, with `variables` added to the environment and `input` piped in, piece by piece if it comes so. */
export function runUndertone(
  args: readonly string[],
  directory = process.cwd(),
  variables: Readonly<Record<string, string>> = {},
  input: Uint8Array | AsyncIterable<Uint8Array> = new Uint8Array(),
): Promise<CommandResult> {
  const options = { cwd: directory, env: { ...process.env, ...variables } };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [COMMAND, ...args],
      options,
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
    // A command that reads no input may have ended by now.
    child.stdin?.on("error", () => {});
    if (input instanceof Uint8Array) child.stdin?.end(input);
    else if (child.stdin !== null) Readable.from(input).pipe(child.stdin);
  });
}
