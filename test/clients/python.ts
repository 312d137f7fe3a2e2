/** Programs in Python that use packages of others, where they are installed. */
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

/** True if python3 can import all of `modules`. */
export function hasModules(...modules: readonly string[]): boolean {
  return spawnSync("python3", ["-c", `import ${modules.join(", ")}`]).status === 0;
}

/** Runs `program` with `input` as the object `given`; it prints one line of JSON, which is given back. */
export async function runPython(program: string, input: object): Promise<unknown> {
  const head = "import json, os\ngiven = json.loads(os.environ['GIVEN'])\n";
  const env = { ...process.env, GIVEN: JSON.stringify(input) };
  const { stdout } = await promisify(execFile)("python3", ["-c", head + program], { env });
  return JSON.parse(stdout);
}
