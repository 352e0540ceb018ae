// How does the timeline of a customer look, and how is it read by keyboard?

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Pop } from "../state/model";
import type { FacetShape } from "../wire/frames";
import { useDesk, useServerNow } from "./context";
import {
  CALL_BACKS,
  type Entry,
  eventShapes,
  type Group,
  groupsOf,
  type Kind,
  keyOfEntry,
  timelineOf,
  unanswered,
} from "./timeline";
import { EntryLine } from "./timeline_entry";
import { closeTimeline } from "./timeline_open";
import "../style/timeline.css";

type Place = RefObject<HTMLElement | null>;

interface PanelProps {
  pop: Pop;
}

/** Over the facets, next to the note: nothing of the card moves. */
export function TimelinePanel({ pop }: PanelProps) {
  const shapes = useDesk().state.hello?.facets ?? [];
  const place = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [kinds, choose] = useState<Kind[]>([]);
  const { shown, newer, take } = useSettled(pop, shapes);
  useRoom(place);
  useFocus(place, list);
  const wanted = kinds.length
    ? shown.filter((each) => kinds.includes(each.kind))
    : shown;
  const toggle = (kind: Kind) => {
    const others = kinds.filter((each) => each !== kind);
    choose(others.length < kinds.length ? others : [...kinds, kind]);
  };
  return (
    <aside class="timeline-panel" ref={place} aria-labelledby="timeline-title">
      <header>
        <h3 id="timeline-title">{t("timeline.title")}</h3>
        <button type="button" class="quiet" onClick={closeTimeline}>
          {t("desk.close")}
        </button>
      </header>
      <Kinds {...{ shapes, entries: shown, kinds, toggle }} />
      <div class="timeline-news">
        <p role="status">{newsWords(pop, shapes, wanted.length)}</p>
        {newer > 0 && (
          <button
            type="button"
            class="link"
            onClick={() => {
              take();
              list.current?.focus();
            }}
          >
            {t("timeline.newer", { n: newer })}
          </button>
        )}
      </div>
      <Line
        key={kinds.join()}
        {...{ list, entries: wanted, shapes, chosen: kinds.length > 0 }}
      />
    </aside>
  );
}

/** What came after it was opened waits for a press: it would move what is read. */
function useSettled(pop: Pop, shapes: FacetShape[]) {
  const all = useMemo(
    () => timelineOf(pop, shapes),
    [pop.facets, pop.promised, pop.callBackAt, shapes],
  );
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const take = () => setSeen(new Set(all.map(keyOfEntry)));
  // A row that its source took back, or of another customer, leaves at once.
  const kept = all.filter((each) => seen.has(keyOfEntry(each)));
  const first = kept.length === 0 && all.length > 0;
  useEffect(() => {
    if (first) take();
  }, [first]);
  const shown = first ? all : kept;
  return { shown, newer: all.length - shown.length, take };
}

const ROOM_LEAST_PX = 320;
const EDGE_PX = 12;

/** As high as the window has room for, from where it begins. */
function useRoom(place: Place): void {
  useLayoutEffect(() => {
    const measure = () => {
      const top = place.current?.getBoundingClientRect().top ?? 0;
      const room = Math.max(ROOM_LEAST_PX, innerHeight - top - EDGE_PX);
      place.current?.style.setProperty("--room", `${room}px`);
    };
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
}

/** The keys of scrolling work at once, and the focus returns to what opened it. */
function useFocus(place: Place, list: Place): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    const panel = place.current;
    list.current?.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      const gone = !now || now === document.body || panel?.contains(now);
      if (gone && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
}

export function kindLabel(kind: Kind, shapes: FacetShape[]): string {
  if (kind === CALL_BACKS) return t("timeline.call_backs");
  if (kind === "balance") return t("timeline.invoices");
  return shapes.find(({ name }) => name === kind)?.label ?? kind;
}

interface KindsProps {
  shapes: FacetShape[];
  entries: Entry[];
  kinds: Kind[];
  toggle(kind: Kind): void;
}

/** None pressed: all are shown. */
function Kinds({ shapes, entries, kinds, toggle }: KindsProps) {
  const { formats } = useDesk();
  const all = [...eventShapes(shapes).map(({ name }) => name), CALL_BACKS];
  return (
    <fieldset class="timeline-kinds">
      <legend class="hidden">{t("timeline.only")}</legend>
      {all.map((kind) => (
        <button
          key={kind}
          type="button"
          data-kind={kind}
          aria-pressed={kinds.includes(kind)}
          onClick={() => toggle(kind)}
        >
          <span class="dot" aria-hidden="true" />
          {kindLabel(kind, shapes)}{" "}
          <span class="count">
            {formats.number(entries.filter((each) => each.kind === kind).length)}
          </span>
        </button>
      ))}
    </fieldset>
  );
}

function newsWords(pop: Pop, shapes: FacetShape[], n: number): string {
  const { asking, failed } = unanswered(pop, shapes);
  const names = (of: FacetShape[]) =>
    of.map(({ name }) => kindLabel(name, shapes)).join(", ");
  return [
    t("timeline.entries", { n }),
    asking.length > 0 && t("timeline.asking", { names: names(asking) }),
    failed.length > 0 && t("timeline.failed", { names: names(failed) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

const AT_ONCE = 40;
const NEAR_END_PX = 200;

interface LineProps {
  list: RefObject<HTMLDivElement | null>;
  entries: Entry[];
  shapes: FacetShape[];
  chosen: boolean;
}

/** Older entries are made when they are scrolled to, or asked for. */
function Line({ list, entries, shapes, chosen }: LineProps) {
  const now = useServerNow(60);
  const [room, setRoom] = useState(AT_ONCE);
  const groups = groupsOf(entries.slice(0, room), now);
  const older = entries.length - room;
  const more = () => setRoom(room + AT_ONCE);
  const onScroll = ({ currentTarget: box }: { currentTarget: HTMLElement }) => {
    const left = box.scrollHeight - box.scrollTop - box.clientHeight;
    if (older > 0 && left < NEAR_END_PX) more();
  };
  return (
    <section
      class="timeline-list"
      ref={list}
      {...{ tabIndex: 0 }}
      aria-labelledby="timeline-title"
      onScroll={onScroll}
    >
      {entries.length === 0 && (
        <p class="muted">{t(chosen ? "timeline.none_of_these" : "timeline.none")}</p>
      )}
      {groups.map((group) => (
        <GroupOfEntries key={`${group.span} ${group.day}`} {...{ group, shapes }} />
      ))}
      {older > 0 && (
        <button type="button" class="link" onClick={more}>
          {t("timeline.older", { n: older })}
        </button>
      )}
    </section>
  );
}

function GroupOfEntries({ group, shapes }: { group: Group; shapes: FacetShape[] }) {
  return (
    <>
      <h4>{useGroupWords(group)}</h4>
      <ol>
        {group.entries.map((entry) => (
          <EntryLine
            key={entry.id}
            {...{ entry, span: group.span }}
            label={kindLabel(entry.kind, shapes)}
          />
        ))}
      </ol>
    </>
  );
}

function useGroupWords({ span, day }: Group): string {
  const { formats } = useDesk();
  if (span === "day") return formats.day(day);
  if (span === "month") return formats.month(day);
  return t(`timeline.${span}`);
}
