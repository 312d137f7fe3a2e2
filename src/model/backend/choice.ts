/** The choice of a backend: each candidate is detected, tested for correct numbers and timed. */
import { UndertoneError } from "../../errors.ts";
import type { Backend, DeviceBackend } from "./backend.ts";
import { createFailoverBackend, type DeviceEvent } from "./failover.ts";
import type { AdapterReport, BackendName, BackendReport, SetAside } from "./report.ts";

/** A device that was found. */
export interface FoundDevice {
  /** The GPU; null for what computes on the processor. */
  readonly adapter: AdapterReport | null;
  /** A backend on a device of its own; a lost one is replaced by opening another. */
  open(): Promise<DeviceBackend>;
}

/** A GPU that was found. */
export interface FoundGpu extends FoundDevice {
  readonly adapter: AdapterReport;
}

/** A backend beside WASM that a place may have. */
export interface Candidate {
  readonly name: Exclude<BackendName, "wasm">;
  /**
   * The device. Programs that it cannot run are left to `host`.
   * @throws Error saying what is missing here.
   */
  find(host: Backend): Promise<FoundDevice>;
}

/** WebGPU, if `find` gives an adapter. */
export function webgpuCandidate(find: (host: Backend) => Promise<FoundGpu | null>): Candidate {
  return {
    name: "webgpu",
    async find(host) {
      const found = await find(host);
      if (found === null) throw new Error("there is no GPU adapter");
      return found;
    },
  };
}

/** A candidate with its device. */
type Found = Pick<Candidate, "name"> & FoundDevice;

/** A choice that was made already. */
export type KnownChoice = Pick<BackendReport, "backend" | "setAside">;

/** The candidates of a runtime. */
export interface ChoiceParts {
  readonly host: Backend;
  readonly candidates: readonly Candidate[];
  readonly forced?: BackendName;
  /** What another engine of this process has chosen; no other is looked for, and none is timed. */
  readonly known?: KnownChoice;
  /** Once it is aborted, no other candidate is looked for. */
  readonly signal?: AbortSignal;
  /** @throws Error saying what is wrong with the backend's numbers. */
  checkNumbers(device: Backend, adapter: AdapterReport | null): Promise<void>;
  /** @throws Error if the device is slower than the other backend. */
  checkSpeed(device: Backend, other: Backend): Promise<void>;
  report(event: ChoiceEvent): void;
  nowMs(): number;
}

/** Log event of a choice. */
export interface BackendChosen {
  readonly event: "backend-chosen";
  readonly backend: BackendName;
  readonly set_aside: readonly SetAside[];
}

/** Log events of backends. */
export type ChoiceEvent = DeviceEvent | BackendChosen;

/** The backend, and what there is to say of it at any moment. */
export interface Choice {
  readonly backend: Backend;
  report(): BackendReport;
}

/**
 * Chooses the fastest candidate that is there and computes the right numbers; the host if none is faster. A forced one, and one that
 * another engine has chosen, is asked for the right numbers too, but not for speed.
 * @throws UndertoneError `internal` if a forced backend cannot be used, with the reason.
 */
export async function chooseBackend(parts: ChoiceParts): Promise<Choice> {
  const { host, candidates, forced, known, signal } = parts;
  if (forced === "wasm") {
    const setAside = candidates.map(({ name }) => ({
      backend: name,
      reason: "WASM was asked for",
    }));
    return hostOnly(parts, setAside);
  }
  const only = forced ?? known?.backend;
  const setAside: SetAside[] = [...(known?.setAside ?? [])];
  let best: { readonly found: Found; readonly device: DeviceBackend } | undefined;
  for (const candidate of candidates.filter(({ name }) => only === undefined || name === only)) {
    const { name } = candidate;
    try {
      signal?.throwIfAborted();
      const found = { name, ...(await findHardware(candidate, parts)) };
      const device = await openChecked(found, parts);
      if (only === undefined)
        await parts.checkSpeed(device, best?.device ?? host).catch(closing(device));
      if (best !== undefined) setAside.push(await closeSlower(best, name));
      best = { found, device };
    } catch (error) {
      setAside.push({ backend: name, reason: reasonOf(error) });
    }
  }
  if (best !== undefined) return withDevice(parts, best.found, best.device, setAside);
  if (forced === undefined) return hostOnly(parts, setAside);
  const reason = setAside[0]?.reason ?? "there is none in this place";
  throw new UndertoneError(
    "internal",
    `${forced} was asked for (UNDERTONE_BACKEND) and cannot be used here (${reason}): ask for none, or for wasm.`,
  );
}

/** The device, unless it is the processor in a GPU's place, which WASM uses better; a forced one may be. */
async function findHardware(candidate: Candidate, parts: ChoiceParts): Promise<FoundDevice> {
  const found = await candidate.find(parts.host);
  if (found.adapter?.isSoftware === true && parts.forced !== candidate.name) {
    throw new Error(`its adapter computes on the processor (${found.adapter.description})`);
  }
  return found;
}

async function openChecked(
  { open, adapter }: FoundDevice,
  { checkNumbers }: ChoiceParts,
): Promise<DeviceBackend> {
  const device = await open();
  await checkNumbers(device, adapter).catch(closing(device));
  return device;
}

async function closeSlower(
  { found, device }: { readonly found: Found; readonly device: DeviceBackend },
  faster: BackendName,
): Promise<SetAside> {
  await device.close();
  return { backend: found.name, reason: `${faster} is faster` };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A device that is not used is given back. */
function closing(device: Backend): (error: unknown) => Promise<never> {
  return async (error) => {
    await device.close();
    throw error;
  };
}

function withDevice(
  parts: ChoiceParts,
  found: Found,
  device: DeviceBackend,
  others: readonly SetAside[],
): Choice {
  const openDevice = () => openChecked(found, parts);
  const backend = createFailoverBackend(device, { ...parts, openDevice });
  parts.report({ event: "backend-chosen", backend: found.name, set_aside: others });
  return {
    backend,
    report() {
      const { isUsed, losses, reason } = backend.deviceState();
      const lost = isUsed || reason === undefined ? [] : [{ backend: found.name, reason }];
      const { name, threads } = backend;
      return {
        backend: name,
        threads,
        adapter: found.adapter,
        setAside: [...lost, ...others],
        losses,
      };
    },
  };
}

function hostOnly({ host, report }: ChoiceParts, setAside: readonly SetAside[]): Choice {
  report({ event: "backend-chosen", backend: "wasm", set_aside: setAside });
  const said = { backend: host.name, threads: host.threads, adapter: null, setAside, losses: 0 };
  return { backend: host, report: () => said };
}
