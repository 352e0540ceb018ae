// How does one entry of the timeline read: when, what, for how much, and who says so?

import type { ComponentChildren } from "preact";
import { t } from "../i18n/words";
import type { Column } from "../wire/frames";
import { Said } from "./amount";
import { useDesk } from "./context";
import { linkOf, shownColumns, Value } from "./fields";
import { Rest, Text } from "./rows";
import { CALL_BACKS, dayOf, type Entry, type Span, wallClock } from "./timeline";
import { directionWord, resultLabel } from "./words";

const WORDS = ["note", "text", "summary", "items", "subject"];
const TOTALS = ["total", "amount", "open"];
const RESULT = "disposition";
const DIRECTION = "direction";

interface EntryProps {
  entry: Entry;
  span: Span;
  label: string;
}

export function EntryLine({ entry, span, label }: EntryProps) {
  return (
    <li data-kind={entry.kind}>
      <span class="entry-when">
        <When {...{ entry, span }} />
      </span>
      <span class="entry-kind">
        <span class="dot" aria-hidden="true" />
        {label}
      </span>
      {entry.kind === CALL_BACKS ? (
        <CallBackPromised entry={entry} />
      ) : (
        <What entry={entry} />
      )}
      <span class="entry-source muted" dir="auto">
        {entry.source ?? t("timeline.this_service")}
      </span>
    </li>
  );
}

function When({ entry, span }: Pick<EntryProps, "entry" | "span">): ComponentChildren {
  const { formats, state } = useDesk();
  const { atMs, isDay, kind } = entry;
  if (atMs === null) return null;
  if (kind === CALL_BACKS) {
    const zone = state.hello?.time_zone ?? "UTC";
    return <Said>{formats.appointment(atMs, zone)}</Said>;
  }
  const day = dayOf(atMs);
  const clock = isDay ? "" : formats.clock(wallClock(atMs));
  if (span === "planned") return <Said>{formats.day(day, true)}</Said>;
  if (span === "month") {
    return <Said>{[formats.dayOfMonth(day), clock].filter(Boolean).join(", ")}</Said>;
  }
  return <Said>{clock}</Said>;
}

function CallBackPromised({ entry }: { entry: Entry }) {
  const { by } = entry.row;
  return (
    <span class="entry-what">
      {by ? t("timeline.promised_by", { by: String(by) }) : t("timeline.promised_here")}
    </span>
  );
}

function What({ entry }: { entry: Entry }) {
  const results = useDesk().state.hello?.dispositions ?? [];
  const { row } = entry;
  const columns = shownColumns(entry.columns);
  const named = (...names: string[]) =>
    names.flatMap((name) => columns.filter((each) => each.name === name))[0];
  const words = named(...WORDS);
  const total = named(...TOTALS) ?? columns.find(({ type }) => type === "money");
  const result = named(RESULT);
  const link = columns.find((each) => linkOf(row[each.name] ?? null, each) !== null);
  const apart = [words, total, result, link, named(DIRECTION)];
  const direction = directionWord(row[DIRECTION]);
  return (
    <>
      <span class="entry-what">
        {direction && `${direction} · `}
        <Rest
          row={row}
          columns={columns.filter((each) => !apart.includes(each))}
          unlabelled
        />
        {result && row[RESULT] && (
          <span class="entry-result">{resultLabel(row[RESULT] ?? null, results)}</span>
        )}
      </span>
      <span class="entry-total">
        <Text row={row} column={total} />
      </span>
      {words && row[words.name] ? (
        <span class="entry-words" dir="auto">
          <Text row={row} column={words} />
        </span>
      ) : null}
      {link && <Link {...{ entry, link }} />}
    </>
  );
}

function Link({ entry, link }: { entry: Entry; link: Column }) {
  return (
    <span class="entry-words">
      <Value value={entry.row[link.name] ?? null} column={link} currency={null} />
    </span>
  );
}
