// A row for each call; one opens in place.

import { useState } from "preact/hooks";
import { placeLabel } from "../i18n/labels";
import { t } from "../i18n/words";
import type { Session } from "../shared/api";
import { ColumnHeads } from "../shared/column_heads";
import { duration, viewerFormats } from "../shared/format";
import { type Me, NONE, type OwnCall, partWords } from "./answers";
import { CallInFull } from "./call_in_full";

interface TableProps {
  calls: OwnCall[];
  me: Me;
  session: Session;
  onExpired(): void;
}

export function CallTable({ calls, ...rest }: TableProps) {
  const [open, setOpen] = useState<string | null>(null);
  const names = [
    t("me.arrived"),
    t("me.caller"),
    t("me.queue"),
    t("me.you"),
    t("me.talk"),
    t("me.result"),
    t("me.note"),
  ];
  return (
    <div class="me-box">
      <table class="me-table">
        <ColumnHeads names={names} />
        <tbody>
          {calls.map((call) => {
            const key = `${call.line} ${call.call_id} ${call.occurrence}`;
            const toggle = () => setOpen(open === key ? null : key);
            return (
              <Row
                key={key}
                {...{ call, toggle, ...rest }}
                isOpen={open === key}
                columns={names.length}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Omit<TableProps, "calls"> {
  call: OwnCall;
  isOpen: boolean;
  columns: number;
  toggle(): void;
}

function Row({ call, isOpen, toggle, columns, ...rest }: RowProps) {
  const [note, setNote] = useState<string | null>(null);
  const moment = viewerFormats().momentIn(call.arrived_at, rest.me.time_zone);
  return (
    <>
      <tr data-call={call.call_id} data-open={isOpen}>
        <th scope="row">
          <button
            type="button"
            class="me-opens"
            aria-expanded={isOpen}
            onClick={toggle}
          >
            {moment}
          </button>
        </th>
        <td data-column="caller" data-label={t("me.caller")}>
          <bdi>{call.name || call.caller || t("me.withheld")}</bdi>
          {call.name && call.caller && <small dir="ltr">{call.caller}</small>}
        </td>
        <Cell label={t("me.queue")} text={placeLabel(call.queue_label || call.queue)} />
        <Cell label={t("me.you")} text={partWords(call)} column="you" />
        <Cell
          label={t("me.talk")}
          text={call.talk_s === null ? null : duration(call.talk_s)}
          column="talk"
        />
        <Cell
          label={t("me.result")}
          text={placeLabel(call.result_label || call.result)}
        />
        <Cell label={t("me.note")} text={note ?? call.note} column="note" />
      </tr>
      {isOpen && (
        <tr class="me-opened">
          <td colSpan={columns}>
            <CallInFull {...rest} call={call} onNote={setNote} />
          </td>
        </tr>
      )}
    </>
  );
}

interface CellProps {
  label: string;
  text: string | null;
  column?: string;
}

/** In little room an empty one is left out. */
function Cell({ label, text, column }: CellProps) {
  return (
    <td data-label={label} data-column={column} data-empty={!text}>
      {text || NONE}
    </td>
  );
}
