/** Opens a program just built, as the engine opens one that it read from a pack. */
import type { Backend, BackendTensor, ProgramSession } from "../../../src/model/backend/backend.ts";
import { layOutWeights, viewsOf } from "../../../src/model/engine/memory/weights.ts";
import type { BuiltProgram } from "../../../src/model/onnx/builder.ts";

/** A session, and the weights that it has to be fed beside its inputs. */
export interface OpenProgram {
  readonly session: ProgramSession;
  readonly weights: Readonly<Record<string, BackendTensor>>;
}

export async function openProgram(backend: Backend, program: BuiltProgram): Promise<OpenProgram> {
  const { bytes, locations } = layOutWeights([program]);
  return {
    session: await backend.createSession(program.steps),
    weights: viewsOf(bytes, locations[0]),
  };
}
