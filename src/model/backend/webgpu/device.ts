/** Asking a place for a GPU: which adapter there is, what it can do, and a device with all of it. */
import type { AdapterReport } from "../report.ts";

/** An adapter and what it reported. */
export interface FoundAdapter {
  readonly report: AdapterReport;
  /** A new device; a lost one is replaced by asking again. */
  openDevice(): Promise<GPUDevice>;
}

/** Features that make onnxruntime's shaders faster, or float16 possible at all. */
const WANTED_FEATURES = ["shader-f16", "subgroups"] as const;

/** Limits that decide how large a weight or a workgroup can be; the defaults are far below what devices offer. */
const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** The fastest adapter of a place, or `null` if it has none. */
export async function findAdapter(gpu: GPU | undefined): Promise<FoundAdapter | null> {
  const request = { powerPreference: "high-performance" } as const;
  const adapter = (await gpu?.requestAdapter(request)) ?? null;
  if (gpu === undefined || adapter === null) return null;
  return {
    report: {
      vendor: adapter.info.vendor,
      description: adapter.info.description || adapter.info.architecture,
      hasFloat16: adapter.features.has("shader-f16"),
      maxBufferBytes: Math.min(
        adapter.limits.maxBufferSize,
        adapter.limits.maxStorageBufferBindingSize,
      ),
      isSoftware: adapter.info.isFallbackAdapter ?? false,
    },
    async openDevice() {
      // An adapter gives one device in its life.
      const fresh = await gpu.requestAdapter(request);
      if (fresh === null) throw new Error("the GPU is gone");
      return fresh.requestDevice({
        requiredFeatures: WANTED_FEATURES.filter((feature) => fresh.features.has(feature)),
        requiredLimits: Object.fromEntries(WANTED_LIMITS.map((name) => [name, fresh.limits[name]])),
      });
    },
  };
}
