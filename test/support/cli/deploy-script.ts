/** `npm run deploy` as a whole, on a stand-in of Cloudflare's API, and of the service that it has deployed there. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseToken } from "../../../src/keys/token.ts";
import { type ReceivedRequest, startHttpServer } from "../jobs/http-server.ts";
import { type RemoteAccount, startRemoteAccount } from "./account/account.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const SCRIPT = join(REPOSITORY, "scripts/deploy.ts");
const LEAD = join(import.meta.dirname, "lead-to-deployed.ts");

/** How a run ended, and what it printed. */
export interface DeployRun {
  readonly status: number;
  readonly lines: readonly string[];
  /** What it asked the deployed service, such as `POST /v1/features?pool=mean`. */
  readonly asked: readonly string[];
  /** Workers in the order in which they were uploaded. */
  readonly uploaded: readonly string[];
}

/** An account, and the script. */
export interface DeployStage {
  readonly account: RemoteAccount;
  run(...options: string[]): Promise<DeployRun>;
  close(): Promise<void>;
}

/** Starts an account that is empty, and a service that takes the keys of its database `keysOf` while they are in use. */
export async function startDeployStage(keysOf: string): Promise<DeployStage> {
  const account = await startRemoteAccount();
  const isInUse = async ({ headers }: ReceivedRequest) => {
    const token = headers.authorization?.replace("Bearer ", "") ?? "";
    const { keyId = "", tokenSha256 = "" } = (await parseToken(token)) ?? {};
    const query = "SELECT 1 FROM api_keys WHERE id = ? AND token_sha256 = ? AND revoked_at IS NULL";
    const row = account.databases.named(keysOf).prepare(query).get(keyId, tokenSha256);
    return row !== undefined;
  };
  const service = await startHttpServer(async (request, response) => {
    const path = request.path.replace(/\?.*/, "");
    const isOpen = path === "/healthz" || path === "/readyz";
    const status = isOpen || (await isInUse(request)) ? 200 : 401;
    response.writeHead(status, { "Server-Timing": "total;dur=1, isolate;desc=cold" });
    response.end(JSON.stringify(healthy()));
  });
  return {
    account,
    async run(...options) {
      account.changes.length = 0;
      service.received.length = 0;
      const { status, output } = await runScript(options, {
        ...account.variables,
        DEPLOYED_AT: service.url,
        NODE_OPTIONS: `--import=${LEAD}`,
      });
      const uploads = account.changes.map((change) =>
        /^PUT \/workers\/scripts\/([^/]+)$/.exec(change),
      );
      return {
        status,
        lines: output.split("\n"),
        asked: service.received.map(({ method, path }) => `${method} ${path}`),
        uploaded: uploads.flatMap((match) => match?.[1] ?? []),
      };
    },
    async close() {
      account.close();
      await service.close();
    },
  };
}

/** What `/healthz` and `/v1/self-test` say, as far as the script reads it. */
function healthy(): object {
  const now = new Date().toISOString();
  return {
    runtime: "workerd",
    place: { colo: null, country: null, continent: null },
    began_at: now,
    ended_at: now,
    checks: [{ name: "packs", status: "ok", detail: "whole", advice: null }],
  };
}

function runScript(
  options: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly output: string }> {
  const env = { ...process.env, ...variables };
  return new Promise((resolve) => {
    const args = [SCRIPT, ...options];
    execFile(process.execPath, args, { cwd: REPOSITORY, env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}
