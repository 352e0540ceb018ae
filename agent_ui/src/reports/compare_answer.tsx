// Which ways of counting come near, which calls make the difference, and why?

import type { ComponentChildren } from "preact";
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

const BY_WAY: [string, string] = ["Here", "By this way"];
const BY_LIST: [string, string] = ["There", "Here"];

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
      <h2>{`${counter?.label ?? "The figure"}: the nearest ways of counting`}</h2>
      <p role="status">
        {own?.is_equal
          ? "It is the figure as this centre counts."
          : equal > 0
            ? `${equal} ${equal === 1 ? "way gives" : "ways give"} this figure.`
            : "No way that was tried gives this figure; the nearest are a hint."}
      </p>
      {own && (
        <p>
          <strong>{shown(own.value, unit)}</strong> as this centre counts
          {missing > 0 && " the calls whose events are stored, not those left out"}
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
        {way.is_equal && <mark>equal</mark>}
        <small>{` ${countWords(way.calls_that_differ, "call")} differ`}</small>
      </summary>
      <CallTable heads={BY_WAY}>
        {way.calls.map((call) => (
          <CallRow
            key={keyOf(call)}
            {...props}
            call={call}
            at={call.arrived}
            numbers={[props.choice.number]}
            heads={BY_WAY}
            sides={[
              ownWords(call.own, unit, call.own_times),
              ownWords(call.other, unit, call.other_times),
            ]}
          />
        ))}
      </CallTable>
      {more > 0 && <p class="muted">{`And ${countOf(more)} more.`}</p>}
    </details>
  );
}

export function ListAnswer({ list, ...props }: CompareProps & { list: ComparedList }) {
  const renamed = Object.entries(list.queues);
  return (
    <section class="reports-wide compare">
      <h2>Its list and the stored calls</h2>
      <p role="status">
        {`${countOf(list.matched)} of ${countWords(list.rows, "row")} matched, `}
        {`${countOf(list.matched_by_id)} of them by id. `}
        {list.differences === 0
          ? "Nothing differs."
          : `${countWords(list.differences, "difference")}.`}
      </p>
      <ul class="compare-facts">
        {list.settings.map((each) => (
          <li key={each.change}>
            <strong>{`${countOf(each.explains)} of ${countOf(list.differences)}`}</strong>
            {` are gone if calls count so: ${each.change}`}
          </li>
        ))}
        <li>{`Its times are ${list.times.words}.`}</li>
        {renamed.map(([there, here]) => (
          <li key={there}>{`Its queue ${there} is ${props.label("queue", here)}.`}</li>
        ))}
        {list.rows_outside > 0 && (
          <li>{`${countWords(list.rows_outside, "row")} of other days or queues.`}</li>
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
      <CallTable heads={BY_LIST}>
        {group.some.map((each, place) => (
          <DifferenceRow key={`${each.row} ${place}`} {...props} each={each} />
        ))}
      </CallTable>
      {more > 0 && <p class="muted">{`And ${countOf(more)} more.`}</p>}
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
        heads={BY_LIST}
        sides={[there, here]}
      />
    );
  }
  return (
    <tr>
      <th scope="row">
        {momentWords(each.their_start)}
        <small>{`line ${each.row} of the list`}</small>
      </th>
      <td data-label="Call">
        {[each.their_id, each.their_queue && label(each.their_queue)]
          .filter(Boolean)
          .join(", ") || NONE}
      </td>
      <td data-label="There">{there}</td>
      <td data-label="Here">{here}</td>
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
          {["Start", "Call", ...heads].map((name) => (
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
        <small>{row ? `line ${row} of the list, ${call.call_id}` : call.call_id}</small>
      </th>
      <td data-label="Call">{wayWords(call, (queue) => label("queue", queue))}</td>
      <td data-label={heads[0]}>{sides[0]}</td>
      <td data-label={heads[1]}>{sides[1]}</td>
    </tr>
  );
}

function keyOf(call: ComparedCall): string {
  return `${call.line} ${call.call_id} ${call.occurrence}`;
}

function countWords(count: number, noun: string): string {
  return `${countOf(count)} ${noun}${count === 1 ? "" : "s"}`;
}
