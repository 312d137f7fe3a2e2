/** The contract of what takes measurements. */
import type { LabelsOf, NameOf } from "./instruments.ts";

/** Takes measurements; never throws, and nobody waits for it. */
export interface Metrics {
  count<Name extends NameOf<"counter">>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  /** @param seconds of one event */
  observe<Name extends NameOf<"histogram">>(
    name: Name,
    labels: LabelsOf<Name>,
    seconds: number,
  ): void;
  /** Replaces all values of a gauge by those of one reading. */
  set<Name extends NameOf<"gauge">>(name: Name, readings: readonly Reading<Name>[]): void;
}

/** One value of a gauge. */
export interface Reading<Name extends NameOf<"gauge">> {
  readonly labels: LabelsOf<Name>;
  readonly value: number;
}

/** Takes nothing down. */
export const NO_METRICS: Metrics = { count() {}, observe() {}, set() {} };
