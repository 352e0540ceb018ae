// What do `GET /v1/stats…` and `GET /v1/forecast` answer?

export type Unit = "calls" | "seconds" | "agents" | "ratio";
export type Values = Record<string, number | null>;
export type Band = [low: number, median: number, high: number];

export interface Counter {
  name: string;
  label: string;
  formula: string;
  unit: Unit;
}

export interface Interval {
  start: string;
  end: string;
  values: Values;
  hidden?: string[];
}

export interface Stats {
  /** The server can write Parquet files. */
  parquet?: boolean;
  from: string;
  to: string;
  time_zone: string;
  by: string;
  counters: Counter[];
  counted_by: { since: string; rules: string }[];
  service_levels: ServiceLevel[];
  total: Values;
  amounts?: Record<string, number>;
  /** Numbers that are null because too few agents are behind them. */
  hidden?: string[];
  rows: Interval[];
}

/** One way of counting the service level; `own` is the centre's. */
export interface ServiceLevel {
  variant: string;
  own: boolean;
  counter: string;
  formula: string;
  source: string;
}

export interface Usual {
  day: string;
  time_zone: string;
  days: string[];
  left_out: string[];
  until: string;
  so_far: Record<string, Band | null>;
  rows: { start: string; end: string; values: Record<string, Band> }[];
}

export interface HourCell {
  weekday: number;
  hour: number;
  value: number | null;
  intervals: { start: string; value: number | null }[];
}

export interface Hours {
  from: string;
  to: string;
  number: string;
  cells: HourCell[];
}

export interface Place {
  name: string;
  label: string;
  values: Values;
  hidden?: string[];
}

export interface Places {
  group: string;
  /** Of teams, which have numbers of their own. */
  counters?: Counter[];
  rows: Place[];
}

export interface CountedCall {
  line: string;
  call_id: string;
  occurrence: number;
  interval: string;
  queue: string;
  queue_label: string;
  dialled: string;
  dialled_label: string;
  line_label: string;
  outcome_label: string;
  arrived_at: string;
  answered_at: string | null;
  ended_at: string | null;
  outcome: string | null;
  queues: {
    queue: string;
    entered_at: string;
    left_at: string | null;
    left: string | null;
  }[];
  why: string;
}

export interface CountedCalls {
  time_zone: string;
  number: string;
  calls: CountedCall[];
  before: string | null;
}

/** A call that counts differently for another tool. */
export interface ComparedCall {
  line: string;
  call_id: string;
  occurrence: number;
  arrived: string;
  queues: { queue: string; left: string | null; after_s: number | null }[];
}

export interface OtherReading {
  changes: string[];
  value: number | null;
  is_equal: boolean;
  calls_that_differ: number;
  calls: (ComparedCall & {
    own: number | null;
    other: number | null;
    own_times: number;
    other_times: number;
  })[];
}

export interface Difference {
  row: number | null;
  their_start: string | null;
  their_id: string | null;
  their_queue: string | null;
  call: ComparedCall | null;
  start: string | null;
  there: string | null;
  here: string | null;
}

export interface DifferenceGroup {
  kind: "only_there" | "only_here" | "both";
  rule: string;
  count: number;
  some: Difference[];
}

export interface ComparedList {
  rows: number;
  rows_outside: number;
  matched: number;
  matched_by_id: number;
  times: { zone: string; shift_s: number; words: string };
  queues: Record<string, string>;
  differences: number;
  groups: DifferenceGroup[];
  settings: { change: string; explains: number }[];
}

export interface Comparison {
  readings: OtherReading[];
  list: ComparedList | null;
  calls_read: number;
  calls_without_events: number;
}

export interface ForecastRow {
  start: string;
  end: string;
  expected: number;
  low: number;
  high: number;
  came: number | null;
  handle_s: number;
  agents: number;
  headcount: number;
  agents_high: number;
  headcount_high: number;
  service_level: number | null;
  occupancy: number | null;
  abandon_rate: number | null;
  mean_wait_s: number | null;
}

export interface MethodError {
  method: string;
  is_baseline: boolean;
  wape: number;
  day_wape: number;
  bias: number;
}

export interface IfFewer {
  agents: number;
  agents_are: "asked" | "at_their_telephones" | "needed";
  so_far: { calls: number; answered_within: number };
  begins: string;
  ends: string[];
  needed: number[];
  away: {
    away: number;
    from_now: (number | null)[];
    whole_day: (number | null)[];
  }[];
}

export interface Goals {
  service_level: number;
  within_s: number;
  occupancy_max: number;
  abandon_max: number;
  shrinkage: number;
  wrap_up_s: number;
}

interface ForecastHead {
  queue: string | null;
  time_zone: string;
  interval_min: number;
  days: number;
  numbers: string[];
  country: string | null;
  closed_days: string[];
  /** By the opening hours; 0 is Monday. */
  closed_weekdays: number[];
  goals: Goals;
  made_at: string;
  age_s: number;
  fresh_for_s: number;
}

export interface MadeForecast extends ForecastHead {
  state: "made";
  as_of: string;
  method: string;
  errors: MethodError[];
  poisson_floor: number;
  coverage: number | null;
  weeks_held_back: number;
  charged: string[];
  closed: string[];
  staffing: { model: string; patience_s: number | null; words: string };
  planned: ForecastRow[];
  rows: ForecastRow[];
  /** Also of the interval that is not over. */
  came_today: number;
  if_fewer: IfFewer | null;
}

export interface TooShort extends ForecastHead {
  state: "too_short";
  message: string;
  remedy: string;
  days_needed: number;
}

export type Forecast = MadeForecast | TooShort;

export interface Stage {
  name: string;
  formula: string;
  cards: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface FacetLooks {
  calls: number;
  in_view: number;
  opened: number;
  always_in_view: boolean;
  never_opened: number | null;
  never_opened_rate: number | null;
}

export interface FacetHelp {
  looks?: FacetLooks | null;
  few_agents?: boolean;
  facet: string;
  label: string;
  cards: number;
  filled: number;
  empty: number;
  failed: number;
  answered: number;
  before_answer: number;
}

export interface HandleTimes {
  calls: number;
  mean_s: number | null;
  low_s: number | null;
  high_s: number | null;
}

export interface HandleComparison {
  queue: string | null;
  label: string;
  complete: HandleTimes;
  others: HandleTimes;
  difference_s: number | null;
  low_s: number | null;
  high_s: number | null;
  words: string;
}

export interface PopHelp {
  left_out: string | null;
  calls: number;
  with_number: number;
  matched: number;
  match_rate: number | null;
  answered: number;
  delivered: number;
  before_answer: number;
  before_answer_rate: number | null;
  stages: Stage[];
  facets: FacetHelp[];
  handle_times: HandleComparison[];
}

/** Calls of one outcome, result, kind of customer or campaign. */
export interface Kind {
  /** None: several results, of few people. */
  name: string | null;
  label: string;
  calls: number;
  answered: number;
  known: number;
  /** By code; none where too few people took the calls. */
  results: Record<string, number> | null;
  orders: number | null;
  revenue: Record<string, number> | null;
}

export interface Kinds {
  group: string;
  orders_days: number | null;
  orders_of: string | null;
  results: Record<string, string>;
  rows: Kind[];
}

export interface PastAlert {
  id: string;
  name: string;
  label: string;
  subject: string;
  subject_label: string;
  number: string;
  number_label: string;
  unit: Unit | "failing" | "gaps" | null;
  level: "warning" | "critical";
  value: number | null;
  opened_at: string;
  raised_at: string | null;
  closed_at: string | null;
  value_closed: number | null;
  /** Where not because the number was well again. */
  closed_why: string | null;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
}

/** `GET /v1/alerts`. */
export interface PastAlerts {
  /** Where older ones go on. */
  before?: string | null;
  at: string;
  time_zone: string;
  alerts: PastAlert[];
  found: number;
  known_since: string | null;
  rules: { name: string; label: string }[];
  watched: number;
}
