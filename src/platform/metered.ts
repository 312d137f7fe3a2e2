/** The parts of a platform that work is done with, each of which charges it to the request or message that it is done for. */
import type { PreparedClip } from "../audio/prepare.ts";
import type { Engine, RunOptions } from "../model/engine/engine.ts";
import type { Taps } from "../model/engine/taps/taps.ts";
import type { InstalledPack } from "../model/pack/registry.ts";
import type { ComputedPart } from "../telemetry/cost.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Platform } from "./platform.ts";

type Parts = Pick<Platform, "models" | "prepareClip" | "database" | "files" | "queue">;

/** The same parts, metered. */
export function meterParts<Used extends Parts>(parts: Used, telemetry: Telemetry): Used {
  const { models, prepareClip, database, files, queue } = parts;
  const engines = new WeakMap<Engine, Engine>();
  const meterOnce = (engine: Engine): Engine => {
    const metered = engines.get(engine) ?? meterEngine(engine, telemetry);
    engines.set(engine, metered);
    return metered;
  };
  return {
    ...parts,
    database: meterService(database, telemetry),
    files: meterService(files, telemetry),
    queue: meterService(queue, telemetry),
    models: {
      ...models,
      open: async (id?: string) => meterOnce(await models.open(id)),
      engineOf: async (pack: InstalledPack) => meterOnce(await models.engineOf(pack)),
    },
    async prepareClip(pieces, request) {
      const prepared = await prepareClip(pieces, request);
      telemetry.cost()?.addDecoded(decodedClip(prepared));
      return prepared;
    },
  };
}

function decodedClip({ timings, info }: PreparedClip) {
  return { ...timings, seconds: info.seconds };
}

function meterEngine(engine: Engine, telemetry: Telemetry): Engine {
  const modelId = engine.manifest.id;
  const charge = async <Part extends Omit<ComputedPart, "modelId">>(
    computing: Promise<Part>,
  ): Promise<Part> => {
    const part = await computing;
    telemetry.cost()?.addComputed({ ...part, modelId });
    return part;
  };
  return {
    ...engine,
    run: (samples: Float32Array, taps: Taps, options?: RunOptions) =>
      charge(engine.run(samples, taps, options)),
    runWindow: (input, taps, options) => charge(engine.runWindow(input, taps, options)),
  };
}

/** A service whose asynchronous methods count as waiting for storage. */
function meterService<Service extends object>(service: Service, telemetry: Telemetry): Service {
  const members = Object.entries(service).map(([name, member]) => {
    if (typeof member !== "function") return [name, member];
    const metered = async (...args: unknown[]) => {
      const end = telemetry.cost()?.beginStore();
      try {
        return await member(...args);
      } finally {
        end?.();
      }
    };
    return [name, metered];
  });
  return Object.fromEntries(members);
}
