// The queue: distress on top, then what matters most. Each row says what, who, where, when, why, and its kind's record.
import { emit, on, select, selected, clock } from "huanqiong/lib/bus.js";
import { act, post } from "huanqiong/lib/api.js";
import { boot, kindName, may } from "huanqiong/lib/boot.js";
import { $, h, icon, severityMark } from "huanqiong/lib/dom.js";
import { hm, shortTime, number } from "huanqiong/lib/format.js";
import { alerts, setFilter, setKind } from "huanqiong/watch/store.js";

const list = $("#queue-list");
const rows = new Map();

export const recordText = (r) =>
  r && r.judged
    ? interpolate(gettext("of the last %s judged, %s true"), [r.judged, r.true])
    : gettext("record not yet known");
// The same in a word, where a row has no room.
const recordWord = (r) => (r && r.judged ? interpolate(gettext("%s of %s true"), [r.true, r.judged]) : gettext("no record yet"));

const STATE = {
  open: () => gettext("to be claimed"), claimed: (a) => (a.mine ? gettext("claimed by you") : interpolate(gettext("claimed by %s"), [a.claimed_by])),
  judged: (a) => judgementWord(a.judgement), closed: (a) => `${gettext("closed")} · ${judgementWord(a.judgement)}`, withdrawn: () => gettext("withdrawn"),
};
export const judgementWord = (j) => ({ true: gettext("judged true"), false: gettext("judged false"), unclear: gettext("judged unclear"), "": gettext("not judged") })[j] ?? j;
export const stateText = (a) => (STATE[a.state] ?? (() => a.state))(a);

function chips(a) {
  return [
    a.distress && a.test ? h("span", { class: "chip mid" }, gettext("TEST")) : null,
    a.state === "open" ? null : h("span", { class: `chip ${a.state === "claimed" ? "low" : ""}` }, stateText(a)),
    a.standing ? h("span", { class: "chip", title: gettext("A standing alert asked for it") }, icon("flag"), a.standing) : null, a.provisional ? h("span", { class: "chip", title: gettext("May still be withdrawn: the rule is met, the episode is not over") }, gettext("provisional")) : null,
    a.changed_since ? h("span", { class: "chip mid" }, gettext("late data")) : null,
    a.order_state && !a.outcome ? h("span", { class: "chip low" }, icon("send"), gettext("order out")) : null,
    a.outcome ? h("span", { class: `chip ${a.outcome === "hit" ? "high" : ""}` }, outcomeWord(a.outcome)) : null,
  ];
}
export const outcomeWord = (o) => ({ hit: gettext("hit"), no_hit: gettext("no hit"), not_possible: gettext("not possible") })[o] ?? o;

export const whoText = (a) => {
  const name = (v, m) => v || (m ? `MMSI ${m}` : gettext("unknown vessel"));
  return a.other_vessel || a.other_mmsi ? `${name(a.vessel, a.mmsi)} ↔ ${name(a.other_vessel, a.other_mmsi)}` : name(a.vessel, a.mmsi);
};

// A beacon in test mode is marked and waits in the queue; it neither tops it nor sounds.
export const isSounding = (a) => a.distress && !a.test && !a.acknowledged_at && a.state !== "closed";
const groupOf = (a) => (a.distress && !a.test ? "t0" : a.state === "open" || a.state === "claimed" ? `t${Math.max(1, a.tier)}` : "done");

// What fits a screen is shown; of more the lower tiers are folded: counted, one key or click away.
const FITS = 20;
const wish = new Map(); // group → open or not, as the person last chose it
let isOpen = () => true;
const order = () => alerts.all.filter((a) => isOpen(groupOf(a)));

function folding() {
  const groups = new Set(alerts.all.map(groupOf));
  const top = ["t0", "t1", "t2", "t3", "done"].find((g) => groups.has(g) && g !== "t0");
  isOpen = (g) => wish.get(g) ?? (alerts.all.length <= FITS || g === "t0" || g === top);
}

// A Chinese clause keeps together: a line ends at a comma, never with one character left over.
const clauses = (text) => text.split(/(?<=，)/).map((part) => h("span", { class: part.length < 18 ? "clause" : "" }, part));

function row(a, place) {
  const sounding = isSounding(a);
  const marks = chips(a).filter(Boolean);
  return h(
    "li",
    {
      id: `q-${a.id}`, role: "option", "aria-selected": String(selected.alert === a.id), dataset: { id: a.id },
      class: ["q", a.distress && !a.test && "distress", sounding && "sounding", ["judged", "closed", "withdrawn"].includes(a.state) && "calm", a.fresh && "fresh"].filter(Boolean).join(" "),
      onclick: () => select({ alert: a.id, mmsi: a.mmsi, from: "queue" }),
    },
    h("span", { class: "mark" }, severityMark(a.severity, a.distress), place ? h("small", { title: rankText(a) }, number(place)) : null),
    h("span", { class: "kind" }, h("span", { title: a.kinds.map(kindName).join(" + ") }, a.title)),
    h("time", { datetime: a.t1, title: `${gettext("from")} ${hm(a.t0)} ${gettext("to")} ${hm(a.t1)}` }, shortTime(Date.parse(a.t1) / 1000 > clock.at + 60 ? a.known_at : a.t1, clock.at || a.t1)),
    h("span", { class: "who", title: whoText(a) }, whoText(a)),
    marks.length ? h("span", { class: "chips" }, marks) : null,
    h("span", { class: "why" }, clauses(a.why)),
    sounding && may("watch.distress")
      ? h("button", { class: "alarm ack", onclick: (e) => { e.stopPropagation(); acknowledge(a.id); } }, icon("bell-off"), gettext("Acknowledge"), h("kbd", {}, "a"))
      : null,
    h("span", { class: "foot" }, h("span", { class: "at", title: a.where }, a.where), h("span", { class: "grow" }), h("span", { class: "rec", title: recordText(a.record) }, recordWord(a.record))),
  );
}

// A rank orders; it is no probability, and says so wherever it is shown.
export const rankText = (a) => interpolate(gettext("rank %s: severity, score and kinds; no probability"), [number(a.rank, 2)]);

export const acknowledge = (id) => act(post(`/api/alerts/${id}/acknowledge`), gettext("Distress acknowledged")).then((ok) => ok && emit("stream:alert", {}));

function draw() {
  const scroll = list.scrollTop;
  rows.clear();
  list.replaceChildren();
  list.setAttribute("aria-busy", "false");
  if (alerts.failed) {
    list.append(h("li", { class: "empty" }, icon("circle-alert"), h("b", {}, gettext("The queue could not be read")), alerts.failed));
  } else if (!alerts.all.length) {
    list.append(h("li", { class: "empty" }, icon("circle-check"), h("b", {}, emptyTitle()), h("span", {}, gettext("New alerts appear here by themselves."))));
  }
  folding();
  let group = null;
  let place = 0;
  for (const a of alerts.all) {
    const now = groupOf(a);
    if (now !== group) {
      group = now;
      place = 0;
      list.append(groupHead(now, after(now)));
    }
    place += 1;
    if (!isOpen(now)) continue;
    const el = row(a, now === "t1" ? place : 0);
    rows.set(a.id, el);
    list.append(el);
  }
  const beyond = alerts.total - alerts.all.length;
  if (beyond > 0) list.append(h("li", { class: "q-more", role: "presentation" }, h("a", { href: "/alerts/" }, interpolate(ngettext("%s more in the list of alerts", "%s more in the list of alerts", beyond), [number(beyond)]))));
  list.scrollTop = scroll;
  const count = $("#queue-count");
  if (count) count.textContent = number(alerts.total);
  reveal(selected.alert, false);
}

// The head of a tier folds it, and says how many alerts of which severity stand in it.
const after = (g) => new Set(alerts.all.map(groupOf).filter((x) => x > g)).size;

function groupHead(g, below) {
  const open = isOpen(g);
  const inside = alerts.all.filter((b) => groupOf(b) === g);
  const tier = Number(g.slice(1));
  const of = (severity) => (g === "t2" || g === "t3" ? (alerts.filter === "open" ? alerts.counts[`${tier}:${severity}`] : 0) || inside.filter((b) => b.severity === severity).length : 0);
  const parts = [3, 2, 1].map((severity) => [severity, of(severity)]).filter(([, n]) => n);
  const all = parts.reduce((sum, [, n]) => sum + n, 0) || inside.length;
  return h("li", { class: "q-group", role: "presentation", style: { bottom: `${below * 29}px` } },
    h("button", { type: "button", "aria-expanded": String(open), onclick: () => fold(g, !open) },
      icon(open ? "chevron-down" : "chevron-right"), h("b", {}, groupName(g)), h("span", { class: "grow" }, groupNote(g)),
      parts.length ? parts.map(([severity, n]) => h("span", { class: "q-sum" }, severityMark(severity), number(n))) : h("span", {}, number(all))));
}

function fold(g, open) {
  wish.set(g, open);
  draw();
}

const groupName = (g) => ({ t0: gettext("Distress"), t1: gettext("First"), t2: gettext("Second tier"), t3: gettext("Third tier"), done: gettext("Judged or closed") })[g] ?? "";
const groupNote = (g) => (g === "t1" && alerts.counts["2:3"] ? gettext("highest ranked of the last 24 h") : "");
const emptyTitle = () => ({ mine: gettext("You hold no alert"), done: gettext("Nothing has been judged yet") })[alerts.filter] ?? gettext("Nothing waits for you");

function reveal(id, scroll = true) {
  const chosen = alerts.byId.get(id);
  if (chosen && scroll && !rows.has(id)) {
    wish.set(groupOf(chosen), true); // chosen on the map or the timeline: its tier opens
    return void (draw(), reveal(id));
  }
  for (const [key, el] of rows) el.setAttribute("aria-selected", String(key === id));
  const el = rows.get(id);
  list.setAttribute("aria-activedescendant", el ? el.id : "");
  if (el && scroll) el.scrollIntoView({ block: "nearest" });
}

export function move(step) {
  const ids = order().map((a) => a.id);
  if (!ids.length) return;
  const at = ids.indexOf(selected.alert);
  const next = at < 0 ? (step > 0 ? 0 : ids.length - 1) : Math.max(0, Math.min(ids.length - 1, at + step));
  const a = alerts.byId.get(ids[next]);
  select({ alert: a.id, mmsi: a.mmsi, from: "queue" });
}

for (const button of document.querySelectorAll("#queue-filters button")) {
  button.addEventListener("click", () => {
    for (const b of document.querySelectorAll("#queue-filters button")) b.setAttribute("aria-pressed", String(b === button));
    setFilter(button.dataset.filter);
  });
}
const kinds = $("#queue-kind");
for (const code of boot.found) kinds.append(h("option", { value: code }, kindName(code)));
kinds.addEventListener("change", () => setKind(kinds.value));

on("alerts", draw);
on("select", ({ alert }) => reveal(alert));
export const kindLabel = kindName;
