declare module "parse-prometheus-text-format" {
  /** One series: its value, or the buckets of a histogram. */
  export interface Series {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
    readonly count?: string;
    readonly buckets?: Readonly<Record<string, string>>;
  }

  /** All series of one metric. */
  export interface Family {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly Series[];
  }

  /** Parses the text format of Prometheus. */
  export default function parsePrometheusTextFormat(text: string): Family[];
}
