/** The bundle of a deployment, checked against Cloudflare's limits. */
import { UndertoneError } from "../../errors.ts";
import { withTemporaryDirectory } from "../temporary-directory.ts";
import type { Wrangler } from "./tools.ts";

/** Gzipped, on a paid plan: https://developers.cloudflare.com/workers/platform/limits/#worker-size */
const MAX_GZIP_KIB = 10 * 1024;

/**
 * Bundles the Worker of a configuration as for a deployment, and deploys nothing.
 * @returns its size gzipped, in KiB.
 * @throws UndertoneError `internal` with wrangler's words, or if it is larger than Cloudflare takes.
 */
export function dryRun(configPath: string, wrangler: Wrangler): Promise<number> {
  return withTemporaryDirectory(async (outDirectory) => {
    const args = ["deploy", "--dry-run", "--outdir", outDirectory, "--config", configPath];
    const { status, output } = await wrangler(args);
    const gzipKib = Number(/gzip: ([\d.]+) KiB/.exec(output)?.[1]);
    if (status !== 0 || Number.isNaN(gzipKib)) {
      throw new UndertoneError("internal", `wrangler could not bundle the Worker:\n${output}`);
    }
    if (gzipKib > MAX_GZIP_KIB) {
      throw new UndertoneError(
        "internal",
        `The Worker has ${gzipKib} KiB gzipped; Cloudflare takes ${MAX_GZIP_KIB}. Leave codecs out by UNDERTONE_CODECS.`,
      );
    }
    return gzipKib;
  });
}
