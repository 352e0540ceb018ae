// What did the agent look at on a card? By facet, sent to the service once at its end.

import { useEffect, useRef } from "preact/hooks";
import type { Pop } from "../state/model";
import type { Facet, FacetShape, FacetsSeen } from "../wire/frames";
import { eventShapes } from "./timeline";

/** What comes into view within this time of a scroll or an unfolding was opened by it. */
const BY_A_DEED_MS = 1_000;
/** So much of a tall panel is as good as half of it. */
const IN_VIEW_PX = 120;
const CARDS_MAX = 50;

interface Looks {
  inView: Set<string>;
  opened: Set<string>;
  timeline: boolean;
}

const looks = new Map<string, Looks>();
let deedMs = Number.NEGATIVE_INFINITY;

function of(callId: string): Looks {
  const known = looks.get(callId);
  if (known) return known;
  const [oldest] = looks.keys();
  if (oldest !== undefined && looks.size >= CARDS_MAX) looks.delete(oldest);
  const none = {
    inView: new Set<string>(),
    opened: new Set<string>(),
    timeline: false,
  };
  looks.set(callId, none);
  return none;
}

export function stoodInView(callId: string, facet: string): void {
  of(callId).inView.add(facet);
}

export function wasOpened(callId: string, facet: string): void {
  of(callId).opened.add(facet);
}

export function timelineOpened(callId: string): void {
  of(callId).timeline = true;
}

export function forgetLooks(callId: string): void {
  looks.delete(callId);
}

/** Of a card that closes; null: no facet had anything. Its entry goes. */
export function seenOn(pop: Pop, shapes: FacetShape[]): FacetsSeen | null {
  const { inView, opened, timeline } = of(pop.call_id);
  forgetLooks(pop.call_id);
  const there = Object.keys(pop.facets).filter((name) => hasContent(pop.facets[name]));
  if (there.length === 0) return null;
  const dated = timeline ? eventShapes(shapes).map(({ name }) => name) : [];
  const isOpened = (name: string) => opened.has(name) || dated.includes(name);
  return {
    frame: "seen",
    call_id: pop.call_id,
    in_view: there.filter((name) => inView.has(name)),
    opened: there.filter(isOpened),
    unopened: there.filter((name) => !inView.has(name) && !isOpened(name)),
  };
}

function hasContent(facet: Facet | undefined): boolean {
  const fields = Object.values(facet?.fields ?? {});
  return !!facet?.rows.length || fields.some(({ value }) => value !== null);
}

/** Notes when a facet's panel stands on the screen. */
export function useInView(callId: string, facet: string) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!panel.current || !("IntersectionObserver" in window)) return;
    let isFirst = true;
    const observer = new IntersectionObserver(
      (entries) => {
        const byDeed = !isFirst && performance.now() - deedMs < BY_A_DEED_MS;
        isFirst = false;
        if (!entries.some(isInView)) return;
        (byDeed ? wasOpened : stoodInView)(callId, facet);
        observer.disconnect();
      },
      { threshold: [0.01, 0.25, 0.5] },
    );
    observer.observe(panel.current);
    return () => observer.disconnect();
  }, [callId, facet]);
  return panel;
}

function isInView({ isIntersecting, intersectionRatio, intersectionRect }: Entry) {
  return (
    isIntersecting &&
    (intersectionRatio >= 0.5 || intersectionRect.height >= IN_VIEW_PX)
  );
}

type Entry = Pick<
  IntersectionObserverEntry,
  "isIntersecting" | "intersectionRatio" | "intersectionRect"
>;

/** Deeds on the card in front: a list scrolled, a link followed, text copied. */
export function useDeeds(callId: string): void {
  useEffect(() => {
    const onScroll = ({ target }: Event) => {
      deedMs = performance.now();
      if (target instanceof Element && target.closest(".room")) opens(callId, target);
    };
    const onToggle = () => {
      deedMs = performance.now();
    };
    const onClick = ({ target }: Event) => {
      const link = target instanceof Element && target.closest("a[href]");
      if (link) opens(callId, link);
    };
    const onCopy = () => opens(callId, getSelection()?.anchorNode ?? null);
    const deeds = { scroll: onScroll, toggle: onToggle, click: onClick, copy: onCopy };
    const every = Object.entries(deeds);
    for (const [name, deed] of every) addEventListener(name, deed, true);
    return () => {
      for (const [name, deed] of every) removeEventListener(name, deed, true);
    };
  }, [callId]);
}

function opens(callId: string, at: Node | null): void {
  const element = at instanceof Element ? at : at?.parentElement;
  const facet = element?.closest<HTMLElement>(".card [data-facet]")?.dataset.facet;
  if (facet) wasOpened(callId, facet);
}
