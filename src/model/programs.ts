/** The sessions of a pack's programs: fetched, checked and made once, at their first use. */
import type { Backend, ExecutableStep, ProgramSession } from "./backend/backend.ts";
import { type BlobReader, damagedPack } from "./blobs.ts";
import { onnxBlob, type PackManifest } from "./pack.ts";

/** The sessions of one pack, by program name. */
export interface ProgramSessions {
  open(name: string): Promise<ProgramSession>;
}

/** Prepares lazy sessions; concurrent callers share one. */
export function programSessions(
  manifest: PackManifest,
  readBlob: BlobReader,
  backend: Backend,
): ProgramSessions {
  const sessions = new Map<string, Promise<ProgramSession>>();
  const besideKernels = manifest.programs.some(({ steps }) =>
    steps.some((step) => "kernel" in step),
  );
  const make = async (name: string) => {
    const program = manifest.programs.find((candidate) => candidate.name === name);
    if (program === undefined) throw damagedPack(`has no program '${name}'`);
    const steps = program.steps.map(
      async (step): Promise<ExecutableStep> =>
        "onnx" in step ? { ...step, onnx: await readBlob(onnxBlob(step.onnx), name) } : step,
    );
    return backend.createSession(await Promise.all(steps), { besideKernels });
  };
  return {
    open(name) {
      const known = sessions.get(name);
      if (known !== undefined) return known;
      const made = make(name);
      sessions.set(name, made);
      // A failure must not be remembered: the next request tries again.
      made.catch(() => sessions.delete(name));
      return made;
    },
  };
}
