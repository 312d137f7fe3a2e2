/** The sessions of a pack's programs: fetched, checked and made once, at their first use. */
import { joinWork } from "../../once.ts";
import {
  type Backend,
  type BackendTensor,
  type ExecutableStep,
  type OutputPlaces,
  type ProgramSession,
  stepKinds,
} from "../backend/backend.ts";
import { type BlobReader, damagedPack } from "../pack/blobs.ts";
import { onnxBlob, type PackManifest, type Program, segmentBlob } from "../pack/manifest.ts";

/** The sessions of one pack, by program name. */
export interface ProgramSessions {
  /** The session of a program, shared by all who ask for it. */
  open(name: string): Promise<ProgramSession>;
  /** True if the program of a name has an input that is called so. */
  takes(name: string, input: string): boolean;
  /** Gives up all sessions; they are made again when they are next asked for. */
  release(): void;
}

/** Runs a program and fills `places` with its outputs of their names. */
export async function runInto(
  session: ProgramSession,
  inputs: Readonly<Record<string, BackendTensor>>,
  places: OutputPlaces,
): Promise<void> {
  const { outputs } = await session.run(inputs, Object.keys(places), places);
  for (const [name, place] of Object.entries(places)) {
    const { data } = outputs[name];
    if (data !== place) place.set(data);
  }
}

/** Adds the name of the backend that computes to `backends` at every run of a session. */
export function notingBackends(sessions: ProgramSessions, backends: Set<string>): ProgramSessions {
  return {
    ...sessions,
    async open(name) {
      const session = await sessions.open(name);
      return {
        ...session,
        async run(...request) {
          const results = await session.run(...request);
          backends.add(results.backend);
          return results;
        },
      };
    },
  };
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
  const packKinds = stepKinds(manifest.programs.flatMap(({ steps }) => steps));
  const make = async (name: string) => {
    const program = manifest.programs.find((candidate) => candidate.name === name);
    if (program === undefined) throw damagedPack(`has no program '${name}'`);
    return backend.createSession(await Promise.all(program.steps.map(readStep(name))), {
      packKinds,
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
    takes: (name, input) =>
      manifest.programs.some((program) => program.name === name && program.inputs.includes(input)),
    release() {
      for (const session of sessions.values())
        session.then(
          (opened) => opened.release(),
          () => {},
        );
      sessions.clear();
    },
  };
}
