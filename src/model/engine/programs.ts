/** The sessions of a pack's programs: fetched, checked and made once, at their first use. */
import { joinWork } from "../../once.ts";
import type {
  Backend,
  BackendTensor,
  ExecutableStep,
  OutputPlaces,
  ProgramSession,
} from "../backend/backend.ts";
import { type BlobReader, damagedPack } from "../pack/blobs.ts";
import { onnxBlob, type PackManifest, type Program, segmentBlob } from "../pack/manifest.ts";

/** The sessions of one pack, by program name. */
export interface ProgramSessions {
  open(name: string): Promise<ProgramSession>;
}

/** Runs a program and fills `places` with its outputs of their names. */
export async function runInto(
  session: ProgramSession,
  inputs: Readonly<Record<string, BackendTensor>>,
  places: OutputPlaces,
): Promise<void> {
  const results = await session.run(inputs, Object.keys(places), places);
  for (const [name, place] of Object.entries(places)) {
    const { data } = results[name];
    if (data !== place) place.set(data);
  }
}

/** Programs of task heads are named so. */
const HEAD_PREFIX = "head.";

/** Prepares lazy sessions; concurrent callers share one. */
export function programSessions(
  manifest: PackManifest,
  readBlob: BlobReader,
  backend: Backend,
): ProgramSessions {
  const sessions = new Map<string, Promise<ProgramSession>>();
  const isExported = manifest.precision === "exported";
  const besideKernels = manifest.programs.some(({ steps }) =>
    steps.some((step) => "kernel" in step),
  );
  const make = async (name: string) => {
    const program = manifest.programs.find((candidate) => candidate.name === name);
    if (program === undefined) throw damagedPack(`has no program '${name}'`);
    return backend.createSession(await Promise.all(program.steps.map(readStep(name))), {
      besideKernels,
      onProcessor: isExported || name.startsWith(HEAD_PREFIX),
    });
  };
  const readStep =
    (name: string) =>
    async (step: Program["steps"][number]): Promise<ExecutableStep> => {
      if ("kernel" in step) return step;
      const { inputs, outputs } = step;
      const blob = "onnx" in step ? onnxBlob(step.onnx) : segmentBlob(segmentOf(step.segment));
      return { onnx: await readBlob(blob, name), inputs, outputs };
    };
  const segmentOf = (name: string) => {
    const segment = manifest.segments.find((candidate) => candidate.name === name);
    if (segment === undefined) throw damagedPack(`has no segment '${name}'`);
    return segment;
  };
  return {
    open: (name) => joinWork(sessions, name, () => make(name)),
  };
}
