/** Why a stage is of no use: each with what the operator does about it. */
import { UndertoneError } from "../../errors.ts";
import type { InstalledPack } from "../pack/registry.ts";
import type { PackAddress } from "./protocol/messages.ts";

/** A stage by its number and how many there are. */
export interface StagePlace {
  readonly stage: number;
  readonly stages: number;
}

const DEPLOY = "deploy all of them again with 'npm run deploy -- --stages <number>'";

/** The stage runs other code than the Worker that asks it. */
export function otherEngine({ stage, stages }: StagePlace): UndertoneError {
  return new UndertoneError(
    "stage-mismatch",
    `Stage ${stage} of ${stages} runs another version of Undertone than the Worker in front of it, as while a deployment is under way: wait a moment, or ${DEPLOY}.`,
    { stage },
  );
}

/** The stage has another place than the Worker that asks it takes it for. */
export function otherPlace(actual: StagePlace, taken: StagePlace): UndertoneError {
  return new UndertoneError(
    "stage-mismatch",
    `A Worker that is stage ${actual.stage} of ${actual.stages} is bound as stage ${taken.stage} of ${taken.stages}: ${DEPLOY}.`,
    { stage: taken.stage },
  );
}

/** The stage finds another pack under the same id, or none. */
export function otherPack(
  { stage, pack }: PackAddress,
  found: InstalledPack | null,
): UndertoneError {
  const there = found === null ? "no such pack" : `one of digest ${found.packDigest.slice(0, 12)}`;
  return new UndertoneError(
    "stage-mismatch",
    `The Worker in front has ${pack.id} of digest ${pack.digest.slice(0, 12)}, and stage ${stage} finds ${there}: bind the same PACKS bucket to all stages; while the pack is being installed, wait a moment.`,
    { stage },
  );
}

/** The stage was sent what it cannot read. */
export function unreadable({ stage, stages }: StagePlace, cause: unknown): UndertoneError {
  return new UndertoneError(
    "stage-mismatch",
    `Stage ${stage} of ${stages} cannot read what it was sent: ${DEPLOY}.`,
    { stage },
    { cause },
  );
}

/** The Worker in front counts with more memory than the stage has. */
export function otherBudget(stage: number): UndertoneError {
  return new UndertoneError(
    "stage-mismatch",
    `Stage ${stage} has less memory for a clip than the Worker in front counts with: ${DEPLOY}.`,
    { stage },
  );
}

/** A binding that leads to something that is no stage. */
export function notAStage(binding: string, status: number): UndertoneError {
  return new UndertoneError(
    "stage-mismatch",
    `The binding ${binding} leads to a Worker that is no stage (it answered ${status}): ${DEPLOY}.`,
    { binding },
  );
}

/** The stage was lost as often as it is tried. */
export function unreachable(
  { stage, stages }: StagePlace,
  tries: number,
  cause: Error,
): UndertoneError {
  return new UndertoneError(
    "stage-unreachable",
    `Stage ${stage} of ${stages} of the model could not be reached, or died while it computed, in ${tries} tries. Send the clip again in a moment; if that does not help, the operator finds the reason in the log of the Worker undertone-stage-${stage}.`,
    { stage },
    { cause },
  );
}
