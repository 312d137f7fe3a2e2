/** wrangler configurations that can be written to any folder. */
import { resolve } from "node:path";
import type { Unstable_RawConfig } from "wrangler";

type Config = Unstable_RawConfig;

/** The same configuration, with paths that begin at `root` written whole. */
export function withWholePaths(config: Config, root: string): Config {
  const { main, build, d1_databases = [] } = config;
  return {
    ...config,
    ...(main && { main: resolve(root, main) }),
    ...(build && {
      build: {
        ...build,
        cwd: root,
        watch_dir: [build.watch_dir ?? []].flat().map((folder) => resolve(root, folder)),
      },
    }),
    d1_databases: d1_databases.map((database) => ({
      ...database,
      ...(database.migrations_dir && { migrations_dir: resolve(root, database.migrations_dir) }),
    })),
  };
}
