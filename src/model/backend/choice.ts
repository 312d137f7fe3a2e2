/** The choice of a backend: each candidate is detected, tested for correct numbers and timed. */
import { UndertoneError } from "../../errors.ts";
import type { Backend, DeviceBackend } from "./backend.ts";
import { createFailoverBackend, type DeviceEvent } from "./failover.ts";
import type { AdapterReport, BackendName, BackendReport, SetAside } from "./report.ts";

/** A place's GPU. */
export interface FoundDevice {
  readonly adapter: AdapterReport;
  /** A backend on a device of its own; a lost one is replaced by opening another. */
  open(): Promise<DeviceBackend>;
}

/** The candidates of a runtime. */
export interface ChoiceParts {
  readonly host: Backend;
  /** The place's GPU, or `null` if it has none. */
  findDevice(host: Backend): Promise<FoundDevice | null>;
  readonly forced?: BackendName;
  /** @throws Error saying what is wrong with the backend's numbers. */
  checkNumbers(device: Backend, adapter: AdapterReport): Promise<void>;
  /** @throws Error if the device is slower than the host. */
  checkSpeed(device: Backend, host: Backend): Promise<void>;
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
 * Chooses WebGPU if it is there, computes the right numbers and is faster; the host otherwise. A forced WebGPU is asked for
 * the right numbers too, but not for speed.
 * @throws UndertoneError `internal` if a forced backend cannot be used, with the reason.
 */
export async function chooseBackend(parts: ChoiceParts): Promise<Choice> {
  const { host, forced } = parts;
  if (forced === "wasm") return hostOnly(parts, [deviceSetAside("WASM was asked for")]);
  let found: FoundDevice | null;
  try {
    found = await parts.findDevice(host);
  } catch (error) {
    return withoutDevice(parts, reasonOf(error));
  }
  if (found === null) return withoutDevice(parts, "there is no GPU adapter");
  const { adapter, open } = found;
  if (adapter.isSoftware && forced !== "webgpu") {
    return withoutDevice(parts, `its adapter computes on the processor (${adapter.description})`);
  }
  const openDevice = async (): Promise<DeviceBackend> => {
    const device = await open();
    await parts.checkNumbers(device, adapter).catch(closing(device));
    return device;
  };
  try {
    const device = await openDevice();
    if (forced !== "webgpu") await parts.checkSpeed(device, host).catch(closing(device));
    return withDevice(parts, adapter, createFailoverBackend(device, { ...parts, openDevice }));
  } catch (error) {
    return withoutDevice(parts, reasonOf(error));
  }
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
  { report }: ChoiceParts,
  adapter: AdapterReport,
  backend: ReturnType<typeof createFailoverBackend>,
): Choice {
  report({ event: "backend-chosen", backend: "webgpu", set_aside: [] });
  return {
    backend,
    report() {
      const { isUsed, losses, reason } = backend.deviceState();
      const setAside = isUsed || reason === undefined ? [] : [deviceSetAside(reason)];
      return { backend: backend.name, threads: backend.threads, adapter, setAside, losses };
    },
  };
}

function withoutDevice(parts: ChoiceParts, reason: string): Choice {
  if (parts.forced === "webgpu") {
    throw new UndertoneError(
      "internal",
      `WebGPU was asked for (UNDERTONE_BACKEND) and cannot be used here (${reason}): ask for none, or for wasm.`,
    );
  }
  return hostOnly(parts, [deviceSetAside(reason)]);
}

function hostOnly({ host, report }: ChoiceParts, setAside: readonly SetAside[]): Choice {
  report({ event: "backend-chosen", backend: "wasm", set_aside: setAside });
  const said = { backend: host.name, threads: host.threads, adapter: null, setAside, losses: 0 };
  return { backend: host, report: () => said };
}

function deviceSetAside(reason: string): SetAside {
  return { backend: "webgpu", reason };
}
