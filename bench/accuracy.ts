/** `npm run bench:accuracy`: quantized packs of golden/mid against its reference, layer by layer. */
import { PRECISIONS } from "../src/model/pack/precision.ts";
import { GOLDEN_MID, goldenMidBaselines, hasGoldenMid, type Scheme } from "./golden-mid.ts";
import { measurePack } from "./pack-accuracy.ts";
import { replaceSection } from "./report.ts";
import { markdownTable } from "./table.ts";

if (hasGoldenMid()) {
  const table = errorTable([...(await measuredSchemes()), ...baselineSchemes()]);
  console.log(table);
  replaceSection("accuracy", table);
} else {
  console.log(`skipped: accuracy on golden/mid: ${GOLDEN_MID} is not there`);
}

async function measuredSchemes(): Promise<Scheme[]> {
  const schemes: Scheme[] = [];
  for (const precision of PRECISIONS) {
    schemes.push({ name: `Undertone ${precision}`, layers: await measurePack(precision) });
  }
  return schemes;
}

function baselineSchemes(): Scheme[] {
  return goldenMidBaselines().map(({ name, layers }) => ({ name: `baseline: ${name}`, layers }));
}

function errorTable(schemes: readonly Scheme[]): string {
  const header = [
    "scheme",
    "hidden state",
    "relative L2",
    "standardised",
    "mean cosine",
    "worst cosine",
  ];
  const rows = schemes.flatMap(({ name, layers }) =>
    layers.map((layer, index) => [
      name,
      String(index),
      layer.relativeL2.toPrecision(3),
      layer.standardisedRelativeL2.toPrecision(3),
      layer.meanFrameCosine.toFixed(5),
      layer.worstFrameCosine.toFixed(5),
    ]),
  );
  return markdownTable(header, rows);
}
