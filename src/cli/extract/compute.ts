/** Computes rows in this process, several clips at a time, each by an engine in a thread of its own. */
import { nodeCodecs } from "../../audio/codecs/wasm/node.ts";
import { featureMetadata } from "../../formats/metadata.ts";
import { availableCores } from "../../platform/node/cores.ts";
import { startEngineThread, startNodeEngines } from "../../platform/node/engines/engines.ts";
import { shareCores } from "../../platform/node/settings.ts";
import { featurize } from "../../tasks/features/compute.ts";
import { planFeatures } from "../../tasks/features/plan.ts";
import type { RequestOptions } from "../../tasks/options/request.ts";
import { withClipFile } from "../clips/file.ts";
import { namingFlags } from "../options/schema.ts";
import { jsonLine } from "../output/json-line.ts";
import { PROCESS_LIMITS, readPackDirectory } from "../packs/open.ts";
import type { DatasetClip } from "./clip.ts";
import type { Row } from "./row.ts";

/** What computes the rows of a dataset. */
export interface RowSource {
  /** What the rows depend on beside the clips and the options. */
  readonly identity: Readonly<Record<string, string>>;
  /** Clips computed at once. */
  readonly workers: number;
  /** @throws UndertoneError naming the clip. */
  compute(clip: DatasetClip): Promise<Row>;
  close(): Promise<void>;
}

/** The pack, and how it is run. */
export interface LocalFlags {
  readonly pack: string;
  readonly workers: number;
  readonly maxClipSeconds: number;
}

/**
 * Starts engines of a pack; the numbers do not depend on how many there are.
 * @throws UndertoneError what `openPackDirectory` and `planFeatures` throw.
 */
export async function localRows(flags: LocalFlags, options: RequestOptions): Promise<RowSource> {
  const { maxClipSeconds } = flags;
  const pack = await readPackDirectory(flags.pack);
  const plan = namingFlags(() => planFeatures(pack, options));
  const { engines: workers, threads } = shareCores(availableCores(), flags.workers);
  const setup = {
    packsDirectory: flags.pack,
    limits: { ...PROCESS_LIMITS, maxQueue: workers },
    threads,
    backend: "wasm",
  } as const;
  const engines = startNodeEngines({
    engines: workers,
    maxQueue: workers,
    startThread: () => startEngineThread({ ...setup, isFollower: false }),
    log: (entry) => {
      if (entry.level === "error") process.stderr.write(jsonLine(entry));
    },
  });
  const engine = engines.open(pack);
  const reading = {
    limits: { maxClipSeconds, maxDecodedSeconds: Infinity },
    codecs: nodeCodecs(),
  };
  return {
    identity: { model: pack.manifest.id, pack_digest: pack.packDigest },
    workers,
    compute: ({ name, path, range }) =>
      withClipFile(
        path,
        async (pieces) => {
          const features = await featurize(pieces, engine, plan, reading);
          const { tensors } = features;
          return { metadata: featureMetadata(features, options.pool), tensors };
        },
        { title: name, range },
      ),
    close: () => engines.close(),
  };
}
