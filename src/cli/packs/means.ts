/** What answers need beside the engine of the pack that the command line names. */
import type { Engine } from "../../model/engine/engine.ts";
import { type XVectors, xvectorPackOf, xvectorsOf } from "../../model/pack/xvectors.ts";
import { once } from "../../once.ts";
import { availableCores } from "../../platform/node/cores.ts";
import type { AnswerMeans } from "../../tasks/answer-clip.ts";
import { directoryBeside } from "./beside.ts";
import { openPackDirectory, readLanguageModelOf } from "./open.ts";

/** Those of the pack in `directory`; each is read when it is first needed. */
export function packMeans(directory: string, engine: Engine): AnswerMeans {
  return {
    engine,
    readLanguageModel: once(() => readLanguageModelOf(directory, engine)),
    openXVectors: once(() => openBeside(directory, engine)),
  };
}

async function openBeside(directory: string, { manifest }: Engine): Promise<XVectors | null> {
  const id = xvectorPackOf(manifest);
  if (id === undefined) return null;
  const found = await directoryBeside(directory, id);
  if (found !== null) return xvectorsOf(await openPackDirectory(found, availableCores()));
  console.error(
    `${manifest.id} names the x-vector pack ${id}, which is not beside ${directory}: speakers of windows are matched by overlap.`,
  );
  return null;
}
