/** The machine and versions of a result; nothing that changes from run to run. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";

/** Origin of results; results of different machines are not put into one table. */
export interface Machine {
  readonly processor: string;
  readonly logicalProcessors: number;
  readonly system: string;
  readonly node: string;
  readonly workerd: string;
  readonly onnxruntimeWeb: string;
}

/** Describes this machine and what is installed. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    logicalProcessors: processors.length,
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
    workerd: versionOf("workerd"),
    onnxruntimeWeb: versionOf("onnxruntime-web"),
  };
}

/** One line for readers. */
export function machineSentence(machine: Machine): string {
  return (
    `${machine.processor}, ${machine.logicalProcessors} logical processors, ${machine.system}; ` +
    `Node ${machine.node}, workerd ${machine.workerd}, onnxruntime-web ${machine.onnxruntimeWeb}, one WASM thread.`
  );
}

/** Reads the version from the package's own folder, since not every package exports its package.json. */
function versionOf(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(join("node_modules", name)));
  const path = join(folder, "node_modules", name, "package.json");
  return JSON.parse(readFileSync(path, "utf8")).version;
}
