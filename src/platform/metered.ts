/** The parts of a platform that work is done with, each of which charges it to the request or message that it is done for. */
import type { PreparedClip } from "../audio/prepare.ts";
import type { Engine, RunOptions } from "../model/engine/engine.ts";
import type { Taps } from "../model/engine/taps/taps.ts";
import type { InstalledPack } from "../model/pack/registry.ts";
import type { Message, MessageQueue } from "../queue/messages.ts";
import type { ComputedPart } from "../telemetry/cost.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { writeTraceparent } from "../telemetry/traces/context.ts";
import { spanning } from "../telemetry/traces/span.ts";
import type { Platform } from "./platform.ts";
import { traceService } from "./traced.ts";
import { spanOfClip, traceComputation } from "./traced-clips.ts";

type Parts = Pick<
  Platform,
  "models" | "prepareClip" | "database" | "sharedKeys" | "files" | "queue"
>;

/** The same parts, metered. */
export function meterParts<Used extends Parts>(parts: Used, telemetry: Telemetry): Used {
  const { models, prepareClip, database, sharedKeys, files, queue } = parts;
  const engines = new WeakMap<Engine, Engine>();
  const meterOnce = (engine: Engine): Engine => {
    const metered = engines.get(engine) ?? meterEngine(engine, telemetry);
    engines.set(engine, metered);
    return metered;
  };
  return {
    ...parts,
    database: meterService(traceService("database", database, telemetry), telemetry),
    ...(sharedKeys && {
      sharedKeys: meterService(traceService("database", sharedKeys, telemetry), telemetry),
    }),
    files: meterService(traceService("files", files, telemetry), telemetry),
    queue: meterService(carryTraces(traceService("queue", queue, telemetry), telemetry), telemetry),
    models: {
      ...models,
      open: async (id?: string) => meterOnce(await models.open(id)),
      engineOf: async (pack: InstalledPack) => meterOnce(await models.engineOf(pack)),
      openXVectors: async (pack) => {
        const xvectors = await models.openXVectors(pack);
        return xvectors && { ...xvectors, engine: meterOnce(xvectors.engine) };
      },
    },
    prepareClip(pieces, request) {
      const span = spanOfClip(telemetry);
      return spanning(span, async () => {
        const prepared = await prepareClip(pieces, request);
        telemetry.cost()?.addDecoded(decodedClip(prepared));
        span?.prepared(prepared);
        return prepared;
      });
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
  const compute = <Part extends Omit<ComputedPart, "modelId">>(
    options: RunOptions | undefined,
    run: (options: RunOptions | undefined) => Promise<Part>,
  ): Promise<Part> => traceComputation(telemetry, modelId, options, (own) => charge(run(own)));
  return {
    ...engine,
    run: (samples: Float32Array, taps: Taps, options?: RunOptions) =>
      compute(options, (own) => engine.run(samples, taps, own)),
    runWindow: (input, taps, options) =>
      compute(options, (own) => engine.runWindow(input, taps, own)),
  };
}

/** Messages take the trace of who sends them along, so that their work is a part of it. */
function carryTraces(queue: MessageQueue, telemetry: Telemetry): MessageQueue {
  return {
    send(messages, options) {
      const context = telemetry.span()?.context;
      if (context === undefined) return queue.send(messages, options);
      const traceparent = writeTraceparent(context);
      const carrying = messages.map((message): Message => ({ ...message, traceparent }));
      return queue.send(carrying, options);
    },
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
