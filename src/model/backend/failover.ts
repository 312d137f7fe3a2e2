/** A backend on a device that can be lost; the host finishes every program. Long because its state is one closure. */
import { once } from "../../once.ts";
import {
  type Backend,
  type DeviceBackend,
  type ExecutableStep,
  type ProgramResults,
  type ProgramSession,
  type SessionOptions,
  stepKinds,
} from "./backend.ts";

/** State of the device, for logs and /v1/models. */
export interface DeviceState {
  /** True if programs run on it now. */
  readonly isUsed: boolean;
  /** Number of times that it was given up during a computation. */
  readonly losses: number;
  /** Why it was given up the last time. */
  readonly reason?: string;
}

/** Log events of a device. */
export type DeviceEvent =
  | {
      readonly event: "device-lost";
      readonly message: string;
      readonly losses: number;
      readonly retry_after_ms: number;
    }
  | { readonly event: "device-back"; readonly losses: number };

/** Dependencies of a failover backend; clock and reports are injected. */
export interface FailoverParts {
  readonly host: Backend;
  /** Opens a device that gave the right numbers; the first one was opened by whoever chose it. */
  openDevice(): Promise<DeviceBackend>;
  report(event: DeviceEvent): void;
  nowMs(): number;
}

/** The processor, with a device in front of it. */
export interface FailoverBackend extends Backend {
  deviceState(): DeviceState;
}

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 600_000;

type RunRequest = Parameters<ProgramSession["run"]>;

/**
 * Runs programs on `first` while it lasts. A program that throws there, or gives what is no number, is computed again on the
 * host from the same inputs, and so is everything after it until the device could be opened again.
 */
export function createFailoverBackend(first: DeviceBackend, parts: FailoverParts): FailoverBackend {
  const { host, report, nowMs } = parts;
  let device: DeviceBackend | null = first;
  let losses = 0;
  let reason: string | undefined;
  let retryMs = FIRST_RETRY_MS;
  let retryAtMs = 0;

  const giveUp = async (lost: DeviceBackend, error: unknown): Promise<void> => {
    if (device !== lost) return;
    device = null;
    losses += 1;
    reason = error instanceof Error ? error.message : String(error);
    report({ event: "device-lost", message: reason, losses, retry_after_ms: retryMs });
    retryAtMs = nowMs() + retryMs;
    retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
    await lost.close().catch(() => {});
  };

  const currentDevice = async (): Promise<DeviceBackend | null> => {
    if (device !== null || nowMs() < retryAtMs) return device;
    try {
      device = await parts.openDevice();
      report({ event: "device-back", losses });
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      retryAtMs = nowMs() + retryMs;
      retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
    }
    return device;
  };

  return {
    get name() {
      return device?.name ?? host.name;
    },
    threads: host.threads,
    heapBytes: () => host.heapBytes(),
    describeHeap: () => host.describeHeap(),
    prepare: () => host.prepare(),
    deviceState: () => ({
      isUsed: device !== null,
      losses,
      ...(reason !== undefined && { reason }),
    }),
    async createSession(
      steps,
      { packKinds = stepKinds(steps), onProcessor = false } = {},
    ): Promise<ProgramSession> {
      const hosted = lazySession(host, steps, { packKinds });
      let owned: { readonly owner: DeviceBackend; readonly session: LazySession } | undefined;

      const runOnDevice = async (owner: DeviceBackend, request: RunRequest) => {
        if (owned?.owner !== owner) owned = { owner, session: lazySession(owner, steps) };
        return requireFinite(await owned.session.run(...request));
      };

      return {
        async run(...request) {
          const [inputs] = request;
          const owner = packKinds === "onnx" ? await currentDevice() : null;
          const isAllowed = !onProcessor || owner?.computesExports === true;
          if (isAllowed && owner?.supports(steps, inputs)) {
            try {
              const results = await runOnDevice(owner, request);
              // It works again: the next loss is a new one.
              retryMs = FIRST_RETRY_MS;
              return results;
            } catch (error) {
              await giveUp(owner, error);
            }
          }
          return hosted.run(...request);
        },
        async release() {
          await hosted.release();
          if (owned?.owner === device) await owned?.session.release();
        },
      };
    },
    async close() {
      await device?.close();
      await host.close();
    },
  };
}

type LazySession = Pick<ProgramSession, "run" | "release">;

/** A session that is made at its first run, since most are needed on one of the two backends only. */
function lazySession(
  backend: Backend,
  steps: readonly ExecutableStep[],
  options: SessionOptions = {},
): LazySession {
  const session = once(() => backend.createSession(steps, options));
  return {
    run: async (...request) => (await session()).run(...request),
    async release() {
      const made = await session.forget()?.catch(() => undefined);
      await made?.release();
    },
  };
}

function requireFinite(results: ProgramResults): ProgramResults {
  for (const [name, { data }] of Object.entries(results.outputs)) {
    if (!data.every(Number.isFinite)) throw new Error(`'${name}' came back with NaN or infinity`);
  }
  return results;
}
