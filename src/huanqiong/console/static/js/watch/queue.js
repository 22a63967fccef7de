// The queue: distress on top, then what matters most. Each row says what, who, where, when, why, and its kind's record.
import { emit, on, select, selected, clock } from "huanqiong/lib/bus.js";
import { act, post } from "huanqiong/lib/api.js";
import { boot, kindName, may } from "huanqiong/lib/boot.js";
import { $, h, icon, severityMark } from "huanqiong/lib/dom.js";
import { hm, shortTime, number } from "huanqiong/lib/format.js";
import { MOST, alerts, setFilter, setKind } from "huanqiong/watch/store.js";

const list = $("#queue-list");
const rows = new Map();

export const recordText = (r) =>
  r && r.judged
    ? interpolate(gettext("of the last %s judged, %s true"), [r.judged, r.true])
    : gettext("record not yet known");

const STATE = {
  open: () => gettext("to be claimed"), claimed: (a) => interpolate(gettext("claimed by %s"), [a.claimed_by]),
  judged: (a) => judgementWord(a.judgement), closed: (a) => `${gettext("closed")} · ${judgementWord(a.judgement)}`, withdrawn: () => gettext("withdrawn"),
};
export const judgementWord = (j) => ({ true: gettext("judged true"), false: gettext("judged false"), unclear: gettext("judged unclear"), "": gettext("not judged") })[j] ?? j;
export const stateText = (a) => (STATE[a.state] ?? (() => a.state))(a);

function chips(a) {
  return [
    a.distress && a.test ? h("span", { class: "chip mid" }, gettext("TEST")) : null,
    a.provisional ? h("span", { class: "chip", title: gettext("May still be withdrawn: the rule is met, the episode is not over") }, gettext("provisional")) : null,
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
const groupOf = (a) => (a.distress && !a.test ? "distress" : a.state === "open" || a.state === "claimed" ? `s${Math.max(1, 4 - a.tier)}` : "done");

function row(a) {
  const sounding = isSounding(a);
  return h(
    "li",
    {
      id: `q-${a.id}`, role: "option", "aria-selected": String(selected.alert === a.id), dataset: { id: a.id },
      class: ["q", a.distress && !a.test && "distress", sounding && "sounding", ["judged", "closed", "withdrawn"].includes(a.state) && "calm", a.fresh && "fresh"].filter(Boolean).join(" "),
      onclick: () => select({ alert: a.id, mmsi: a.mmsi, from: "queue" }),
    },
    severityMark(a.severity, a.distress),
    h("span", { class: "kind" }, h("span", {}, a.title), chips(a)),
    h("time", { datetime: a.t1, title: `${gettext("from")} ${hm(a.t0)} ${gettext("to")} ${hm(a.t1)}` }, shortTime(Date.parse(a.t1) / 1000 > clock.at + 60 ? a.known_at : a.t1, clock.at || a.t1)),
    h("span", { class: "who" }, whoText(a), h("span", {}, " · ", a.where)),
    h("span", { class: "why" }, a.why),
    sounding && may("watch.distress")
      ? h("button", { class: "alarm ack", onclick: (e) => { e.stopPropagation(); acknowledge(a.id); } }, icon("bell-off"), gettext("Acknowledge"), h("kbd", {}, "a"))
      : h("span", { class: "foot" }, h("span", {}, stateText(a)), h("span", { class: "grow" }), h("span", {}, recordText(a.record))),
  );
}

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
  let group = null;
  for (const a of alerts.all) {
    const now = groupOf(a);
    if (now !== group) {
      group = now;
      list.append(h("li", { class: "q-group", role: "presentation" }, h("span", {}, groupName(now)), h("span", {}, number(alerts.all.filter((b) => groupOf(b) === now).length))));
    }
    const el = row(a);
    rows.set(a.id, el);
    list.append(el);
  }
  list.scrollTop = scroll;
  const count = $("#queue-count");
  if (count) count.textContent = alerts.all.length < MOST ? number(alerts.all.length) : `${number(MOST)}+`;
  reveal(selected.alert, false);
}

const groupName = (g) => ({ distress: gettext("Distress"), s3: gettext("High severity"), s2: gettext("Medium severity"), s1: gettext("Low severity"), done: gettext("Judged or closed") })[g] ?? "";
const emptyTitle = () => ({ mine: gettext("You hold no alert"), done: gettext("Nothing has been judged yet") })[alerts.filter] ?? gettext("Nothing waits for you");

function reveal(id, scroll = true) {
  for (const [key, el] of rows) el.setAttribute("aria-selected", String(key === id));
  const el = rows.get(id);
  list.setAttribute("aria-activedescendant", el ? el.id : "");
  if (el && scroll) el.scrollIntoView({ block: "nearest" });
}

export function move(step) {
  const ids = alerts.all.map((a) => a.id);
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
