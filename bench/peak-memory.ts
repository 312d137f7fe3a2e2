/** `node --import bench/peak-memory.ts …`: at its end, writes the most memory the process held to the file PEAK_MEMORY_FILE. */
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const path = process.env.PEAK_MEMORY_FILE;
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS * 1024));
});
