import { describe, expect, it } from "vitest";
import { lineChart } from "../../src/charts/line-chart.ts";
import { linearScale, logarithmicScale, spanScale } from "../../src/charts/scale.ts";

describe("a linear axis", () => {
  it.each([
    [
      [0.23, 1.2],
      [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2],
    ],
    [[30], [0, 5, 10, 15, 20, 25, 30]],
    [[7], [0, 2, 4, 6, 8]],
    [[1999], [0, 500, 1000, 1500, 2000]],
    [
      [0, 0],
      [0, 0.2, 0.4, 0.6, 0.8, 1],
    ],
  ])("for %j has the round numbers %j", (values, ticks) => {
    expect(linearScale(values).ticks).toEqual(ticks);
  });

  it("begins at 0 and ends at its last number", () => {
    const { position } = linearScale([7]);
    expect([0, 4, 8].map(position)).toEqual([0, 0.5, 1]);
  });
});

describe("an axis that spans its data", () => {
  it("begins with the smallest value, ends with the largest and has the marks that it is given", () => {
    const { position, ticks } = spanScale([7, 6.5, 10], [7, 8, 9, 10]);
    expect([6.5, 8.25, 10].map(position)).toEqual([0, 0.5, 1]);
    expect(ticks).toEqual([7, 8, 9, 10]);
  });
});

describe("a logarithmic axis", () => {
  it.each([
    [
      [80, 1300],
      [50, 100, 200, 500, 1000, 2000],
    ],
    [
      [100, 1000],
      [100, 200, 500, 1000],
    ],
    [[128], [100, 200]],
    [
      [0.03, 0.4],
      [0.02, 0.05, 0.1, 0.2, 0.5],
    ],
  ])("for %j has the round numbers %j", (values, ticks) => {
    expect(logarithmicScale(values).ticks).toEqual(ticks);
  });

  it("gives equal room to equal ratios", () => {
    const { position } = logarithmicScale([100, 10_000]);
    expect(position(100)).toBe(0);
    expect(position(1000)).toBeCloseTo(0.5);
    expect(position(10_000)).toBe(1);
  });
});

describe("a line chart", () => {
  const options = {
    title: "Time",
    xLabel: "clip (s)",
    yLabel: "time (s)",
    yScale: "linear",
  } as const;
  const rising = {
    name: "ours",
    points: [
      { x: 1, y: 2 },
      { x: 5, y: 4 },
    ],
  };

  it("says what its axes and lines are", () => {
    const svg = lineChart(options, [rising]);
    for (const words of ["Time", "clip (s)", "time (s)", "ours"])
      expect(svg).toContain(`>${words}<`);
  });

  it("takes no name for markup", () => {
    const svg = lineChart({ ...options, title: "a < b & c" }, [{ ...rising, name: '<b>"' }]);
    expect(svg).toContain(">a &#60; b &#38; c<");
    expect(svg).not.toContain("<b>");
  });

  it("draws larger values higher and later ones further right", () => {
    const [, points] = /<polyline [^>]*points="([^"]*)"/.exec(lineChart(options, [rising])) ?? [];
    const [first, second] = points.split(" ").map((pair) => pair.split(",").map(Number));
    expect(second[0]).toBeGreaterThan(first[0]);
    expect(second[1]).toBeLessThan(first[1]);
  });

  it("marks what it is told to on the horizontal axis, in place of every x", () => {
    const svg = lineChart({ ...options, xTicks: [2, 4] }, [rising]);
    expect(svg).toContain('middle" x="178.0" y="384.0">2<');
    expect(svg).not.toContain(">5<");
  });

  it("has room for a limit that no line reaches", () => {
    const svg = lineChart({ ...options, limit: { name: "most", y: 100 } }, [rising]);
    expect(svg).toContain(">most<");
    expect(svg).toContain(">100<");
  });

  it("draws eight lines that look different from one another, in light and in dark", () => {
    const points = [
      { x: 0, y: 1 },
      { x: 1, y: 2 },
    ];
    const lines = Array.from({ length: 8 }, (_, index) => ({ name: `line ${index}`, points }));
    const chart = lineChart(options, lines);
    const classes = new Set(Array.from(chart.matchAll(/<g class="(s\d)">/g), ([, name]) => name));
    expect(classes.size).toBe(8);
    const sheets = chart.match(/<style>.*?<\/style>/s)?.[0].split("@media") ?? [];
    expect(sheets.length).toBeGreaterThan(1);
    for (const sheet of sheets) {
      const colours = Array.from(sheet.matchAll(/\.s\d\{--line:(#\w+)\}/g), ([, colour]) => colour);
      expect(new Set(colours).size).toBe(8);
    }
  });
});
