// Which ways of counting come near, which calls make the difference, and why?

import type { ComponentChildren } from "preact";
import { t } from "../i18n/words";
import type {
  ComparedCall,
  ComparedList,
  Counter,
  Difference,
  DifferenceGroup,
  OtherReading,
  Unit,
} from "./answers";
import type { CompareProps } from "./compare";
import {
  groupWords,
  momentWords,
  ownWords,
  quarterOf,
  sidesOf,
  wayWords,
} from "./compare_words";
import { countOf, NONE, shown } from "./words";

const BY_WAY = (): [string, string] => [t("reports.here_2"), t("reports.by_this_way")];
const BY_LIST = (): [string, string] => [t("reports.there"), t("reports.here_2")];

interface FigureProps extends CompareProps {
  readings: OtherReading[];
  counter: Counter | undefined;
  /** Calls that could not be counted again. */
  missing: number;
}

/** The own reading first, then the nearest. */
export function ComparedFigure({ readings, counter, missing, ...props }: FigureProps) {
  const unit = counter?.unit ?? "calls";
  const [own, ...others] = readings;
  const equal = readings.filter((each) => each.is_equal).length;
  return (
    <section class="reports-wide compare">
      <h2>
        {t("reports.the_nearest_ways_of_counting", {
          value: counter?.label ?? t("reports.the_figure"),
        })}
      </h2>
      <p role="status">
        {own?.is_equal
          ? t("reports.it_is_the_figure_as")
          : equal > 0
            ? t("reports.ways_give_this_figure", { n: equal })
            : t("reports.no_way_that_was_tried")}
      </p>
      {own && (
        <p>
          <strong>{shown(own.value, unit)}</strong> {t("reports.as_this_centre_counts")}
          {missing > 0 && t("reports.the_calls_whose_events_are")}
        </p>
      )}
      {others.map((each) => (
        <WayOfCounting key={each.changes.join()} {...props} {...{ unit }} way={each} />
      ))}
    </section>
  );
}

interface WayProps extends CompareProps {
  way: OtherReading;
  unit: Unit;
}

function WayOfCounting({ way, unit, ...props }: WayProps) {
  const more = way.calls_that_differ - way.calls.length;
  return (
    <details class="compare-rule">
      <summary>
        <strong>{shown(way.value, unit)}</strong>
        {` ${way.changes.join("; ")}`}
        {way.is_equal && <mark>{t("reports.equal")}</mark>}
        <small>{` ${t("reports.calls_differ", { n: way.calls_that_differ })}`}</small>
      </summary>
      <CallTable heads={BY_WAY()}>
        {way.calls.map((call) => (
          <CallRow
            key={keyOf(call)}
            {...props}
            call={call}
            at={call.arrived}
            numbers={[props.choice.number]}
            heads={BY_WAY()}
            sides={[
              ownWords(call.own, unit, call.own_times),
              ownWords(call.other, unit, call.other_times),
            ]}
          />
        ))}
      </CallTable>
      {more > 0 && (
        <p class="muted">{t("reports.and_more", { more: countOf(more) })}</p>
      )}
    </details>
  );
}

export function ListAnswer({ list, ...props }: CompareProps & { list: ComparedList }) {
  const renamed = Object.entries(list.queues);
  return (
    <section class="reports-wide compare">
      <h2>{t("reports.its_list_and_the_stored")}</h2>
      <p role="status">
        {t("reports.of_matched", {
          matched: countOf(list.matched),
          rows: t("reports.n_rows", { n: list.rows }),
        })}
        {t("reports.of_them_by_id", { matched_by_id: countOf(list.matched_by_id) })}
        {list.differences === 0
          ? t("reports.nothing_differs")
          : t("reports.n_differences", { n: list.differences })}
      </p>
      <ul class="compare-facts">
        {list.settings.map((each) => (
          <li key={each.change}>
            <strong>
              {t("reports.part_of", {
                part: countOf(each.explains),
                all: countOf(list.differences),
              })}
            </strong>
            {t("reports.are_gone_if_calls_count", { change: each.change })}
          </li>
        ))}
        <li>{t("reports.its_times_are", { words: list.times.words })}</li>
        {renamed.map(([there, here]) => (
          <li key={there}>
            {t("reports.its_queue_is", { there, label: props.label("queue", here) })}
          </li>
        ))}
        {list.rows_outside > 0 && (
          <li>
            {t("reports.of_other_days_or_queues", {
              rows_outside: t("reports.n_rows", { n: list.rows_outside }),
            })}
          </li>
        )}
      </ul>
      {list.groups.map((group) => (
        <Group key={`${group.kind} ${group.rule}`} {...props} group={group} />
      ))}
    </section>
  );
}

function Group({ group, ...props }: CompareProps & { group: DifferenceGroup }) {
  const more = group.count - group.some.length;
  return (
    <details class="compare-rule">
      <summary>
        <strong>{countOf(group.count)}</strong>
        {` ${groupWords(group)}`}
      </summary>
      <CallTable heads={BY_LIST()}>
        {group.some.map((each, place) => (
          <DifferenceRow key={`${each.row} ${place}`} {...props} each={each} />
        ))}
      </CallTable>
      {more > 0 && (
        <p class="muted">{t("reports.and_more", { more: countOf(more) })}</p>
      )}
    </details>
  );
}

function DifferenceRow({ each, ...props }: CompareProps & { each: Difference }) {
  const { there, here } = sidesOf(each);
  const label = (queue: string) => props.label("queue", queue);
  if (each.call) {
    return (
      <CallRow
        {...props}
        call={each.call}
        at={each.start ?? each.call.arrived}
        row={each.row}
        numbers={["offered", "direct"]}
        heads={BY_LIST()}
        sides={[there, here]}
      />
    );
  }
  return (
    <tr>
      <th scope="row">
        {momentWords(each.their_start)}
        <small>{t("reports.line_of_the_list", { row: each.row ?? "" })}</small>
      </th>
      <td data-label={t("reports.call")}>
        {[each.their_id, each.their_queue && label(each.their_queue)]
          .filter(Boolean)
          .join(", ") || NONE}
      </td>
      <td data-label={t("reports.there")}>{there}</td>
      <td data-label={t("reports.here_2")}>{here}</td>
    </tr>
  );
}

interface TableProps {
  heads: [string, string];
  children: ComponentChildren;
}

function CallTable({ heads, children }: TableProps) {
  return (
    <table class="by-block">
      <thead>
        <tr>
          {[t("reports.start"), t("reports.call"), ...heads].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

interface CallRowProps extends CompareProps {
  call: ComparedCall;
  at: string;
  row?: number | null;
  /** Whose list of calls is opened. */
  numbers: string[];
  heads: [string, string];
  sides: [string, string];
}

function CallRow({
  call,
  at,
  row,
  numbers,
  heads,
  sides,
  label,
  onOpen,
}: CallRowProps) {
  const [from, to] = quarterOf(at);
  return (
    <tr>
      <th scope="row">
        <button type="button" class="link" onClick={() => onOpen(numbers, from, to)}>
          {momentWords(at)}
        </button>
        <small>
          {row
            ? t("reports.line_of_the_list_2", { row, call_id: call.call_id })
            : call.call_id}
        </small>
      </th>
      <td data-label={t("reports.call")}>
        {wayWords(call, (queue) => label("queue", queue))}
      </td>
      <td data-label={heads[0]}>{sides[0]}</td>
      <td data-label={heads[1]}>{sides[1]}</td>
    </tr>
  );
}

function keyOf(call: ComparedCall): string {
  return `${call.line} ${call.call_id} ${call.occurrence}`;
}
