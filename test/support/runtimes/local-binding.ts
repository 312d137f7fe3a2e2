/** What wrangler.toml binds, to local storage of its own, as a Node process sees it. */
import { join } from "node:path";
import { getPlatformProxy } from "wrangler";

const CONFIG = join(import.meta.dirname, "../../../wrangler.toml");

/** On a busy machine the first call to a workerd that has just begun may find its connection closed. */
const OPENINGS = 3;

/** A binding, what `open` made of it, and how to be done with it. */
export interface LocalBinding<Binding, Opened> {
  readonly binding: Binding;
  readonly opened: Opened;
  dispose(): Promise<void>;
}

/** Opens binding `name`, its state in `directory`. */
export async function openLocalBinding<Binding, Opened>(
  name: string,
  directory: string,
  open: (binding: Binding) => Opened,
): Promise<LocalBinding<Binding, Opened>> {
  for (let opening = 1; ; opening++) {
    const proxy = await getPlatformProxy<Record<string, Binding>>({
      configPath: CONFIG,
      persist: { path: directory },
      remoteBindings: false,
    });
    try {
      const binding = proxy.env[name] as Binding;
      return { binding, opened: open(binding), dispose: () => proxy.dispose() };
    } catch (error) {
      await proxy.dispose();
      if (opening === OPENINGS || !isDroppedConnection(error)) throw error;
    }
  }
}

function isDroppedConnection(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === "ECONNRESET" || /ECONNRESET/.test(String(cause));
}
