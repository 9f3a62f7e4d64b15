import type { Panel, Target } from '../../test/grafana/dashboards.ts';
import type { Sample } from '../../test/grafana/data/prometheus.ts';

/** What the page draws: panels, where they stand, and what Prometheus answered to their queries. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly panels: readonly PlacedPanel[];
}

export interface PlacedPanel {
  readonly panel: Panel;
  /** In pixels. */
  readonly box: { left: number; top: number; width: number; height: number };
  readonly answers: readonly Answer[];
}

export interface Answer {
  readonly target: Target;
  readonly stepS: number;
  readonly samples: readonly Sample[];
}
