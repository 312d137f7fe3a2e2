/** Findings of earlier runs, tried again. */
import type { FindingFile } from "./findings/files.ts";
import type { FuzzTarget } from "./target.ts";

/** A finding that was tried again. */
export interface Replayed {
  readonly path: string;
  /** What is still wrong; null if nothing is. */
  readonly wrong: string | null;
}

/** Tries findings again, each against its target, which is opened once for all of them. */
export async function* replay(
  targets: readonly FuzzTarget[],
  files: readonly FindingFile[],
): AsyncGenerator<Replayed> {
  const unknown = files.find(({ finding }) => !targets.some(({ name }) => name === finding.target));
  if (unknown !== undefined) {
    throw new Error(`${unknown.path} is of '${unknown.finding.target}', which is no target here`);
  }
  for (const target of targets) {
    const own = files.filter(({ finding }) => finding.target === target.name);
    if (own.length === 0) continue;
    const open = await target.open();
    try {
      for (const { path, finding } of own) yield { path, wrong: await open.replay(finding) };
    } finally {
      await open.close();
    }
  }
}
