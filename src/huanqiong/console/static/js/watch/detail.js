// The chosen alert, all of it: why, where, evidence, what people did, and what can be done now.
import { get } from "huanqiong/lib/api.js";
import { may } from "huanqiong/lib/boot.js";
import { clock, emit, on, select, selected } from "huanqiong/lib/bus.js";
import { $, h, icon, severityMark, severityWord } from "huanqiong/lib/dom.js";
import { dayTime, decimal, hm, number, place, shortTime, span } from "huanqiong/lib/format.js";
import * as dialogs from "huanqiong/watch/dialogs.js";
import * as orderDialog from "huanqiong/watch/order_dialog.js";
import * as reach from "huanqiong/watch/reach.js";
import { exportEvidence } from "huanqiong/watch/evidence.js";
import { acknowledge, judgementWord, outcomeWord, rankText, recordText, stateText, whoText } from "huanqiong/watch/queue.js";

const box = $("#detail");
let current = null;

export const shown = () => current;

export async function load(id) {
  if (id === null) {
    current = null;
    box.hidden = true;
    emit("detail-shown", null);
    return;
  }
  if (current?.row.id !== id) {
    box.hidden = false;
    box.replaceChildren(h("div", { class: "wait", role: "status", "aria-label": gettext("Loading") }, Array.from({ length: 8 }, () => h("i"))));
  }
  try {
    const detail = await get(`/api/alerts/${id}`);
    if (selected.alert !== id) return;
    current = detail;
    draw(detail);
    emit("detail-shown", detail);
  } catch (error) {
    box.replaceChildren(h("div", { class: "empty" }, icon("circle-alert"), h("b", {}, gettext("This alert could not be read")), error.message));
  }
}

// What was measured and its limit; where the limit comes from opens below it.
function limit(r) {
  const text = `${gettext("measured")} ${r.measured} · ${gettext("limit")} ${r.limit}`;
  return r.source ? h("details", { class: "source" }, h("summary", {}, text), h("small", {}, `${gettext("source of the limit")}: ${r.source}`)) : h("small", {}, text);
}

function reasonItem(r) {
  const bar = r.ratio === null || r.ratio === undefined ? null : h("span", { class: "meter", role: "presentation" },
    h("i", { style: { width: `${Math.min(100, r.ratio * 50)}%` } }), h("u", { style: { left: "50%" }, title: gettext("limit") }));
  return h("li", {}, h("span", {}, r.text), bar,
    r.limit ? limit(r) : null);
}

function head(d) {
  const a = d.row;
  return h("header", {},
    h("div", { class: "row", style: { flexWrap: "nowrap" } }, severityMark(a.severity, a.distress), h("h2", {}, a.title),
      h("button", { class: "ghost small", "aria-label": gettext("Close the panel"), title: "Esc", onclick: () => select({ from: "detail" }) }, icon("x"))),
    h("div", {}, a.mmsi ? h("a", { href: `/vessels/${a.mmsi}/` }, a.vessel || `MMSI ${a.mmsi}`) : whoText(a),
      a.other_mmsi ? [" ↔ ", h("a", { href: `/vessels/${a.other_mmsi}/` }, a.other_vessel || `MMSI ${a.other_mmsi}`)] : null),
    h("div", { class: "row", style: { gap: "4px" } },
      h("span", { class: "chip" }, severityWord(a.severity, a.distress)), h("span", { class: `chip ${a.state === "open" ? "mid" : a.state === "claimed" ? "low" : ""}` }, stateText(a)),
      a.standing ? h("span", { class: "chip", title: gettext("A standing alert asked for it") }, icon("flag"), a.standing) : null, a.provisional ? h("span", { class: "chip" }, gettext("provisional")) : null, a.test ? h("span", { class: "chip mid" }, gettext("TEST")) : null,
      h("span", { class: "faint", title: rankText(a) }, `${gettext("rank")} ${number(a.rank, 2)} · № ${a.id}`)));
}

function hints(a) {
  const out = [];
  if (a.distress && !a.acknowledged_at) out.push(h("p", { class: "hint bad" }, icon("siren"), a.test ? gettext("Beacon in test mode. Acknowledge, then confirm by radio that it is a test.") : gettext("Distress signal. Acknowledge, call by radio, send the nearest unit.")));
  if (a.possible_distress) out.push(h("p", { class: "hint" }, icon("life-buoy"), h("span", {}, gettext("Silence or drift can mean distress. Call by radio first."), " ",
    may("watch.distress") ? h("button", { class: "small", onclick: () => dialogs.declareDistress(a) }, gettext("Treat as possible distress")) : null)));
  if (a.changed_since) out.push(h("p", { class: "hint" }, icon("history"), gettext("Late data came after a person acted: a new version stands beside what was judged.")));
  return out.length ? h("section", {}, out) : null;
}

function where(a) {
  return h("section", {}, h("h3", {}, icon("map-pin"), gettext("Where and when")),
    h("dl", { class: "facts" },
      h("dt", {}, gettext("Where")), h("dd", {}, a.where, h("br"), h("span", { class: "mono muted" }, place(a.lat, a.lon)), " ", h("span", { class: "mono faint" }, decimal(a.lat, a.lon))),
      h("dt", {}, gettext("When")), h("dd", {}, `${dayTime(a.t0)} – ${shortTime(a.t1, a.t0)}`, h("span", { class: "faint" }, ` (${span((Date.parse(a.t1) - Date.parse(a.t0)) / 1000)})`)),
      h("dt", {}, gettext("Known at")), h("dd", {}, dayTime(a.known_at)),
      h("dt", {}, gettext("Its kind")), h("dd", {}, h("a", { href: `/records/#${a.kind}` }, recordText(a.record)))));
}

function verdicts(d) {
  const lead = d.verdicts.filter((v) => v.current).sort((a, b) => (b.kind === d.row.kind) - (a.kind === d.row.kind)); // what gave the alert its name comes first
  const old = d.verdicts.length - lead.length;
  return h("section", {}, h("h3", {}, icon("scale"), gettext("Why")),
    lead.map((v, i) => h("div", {},
      lead.length > 1 ? h("div", { class: "row", style: { gap: "5px", margin: i ? "6px 0 4px" : "0 0 4px" } }, severityMark(v.severity), h("b", {}, v.kind_name), h("span", { class: "faint" }, `${shortTime(v.t0, d.row.t0)}–${shortTime(v.t1, d.row.t0)}`)) : null,
      h("ul", { class: "why-list" }, v.reasons.map(reasonItem)))),
    old ? h("p", { class: "faint" }, interpolate(ngettext("%s earlier version stands beside it.", "%s earlier versions stand beside it.", old), [old])) : null);
}

function story(d) {
  const items = [];
  const add = (t, ...text) => items.push({ t, el: h("li", {}, h("time", { datetime: t }, dayTime(t)), h("span", {}, text)) });
  add(d.row.raised_at, gettext("Raised"));
  if (d.row.claimed_at && d.row.claimed_by) add(d.row.claimed_at, interpolate(gettext("Claimed by %s"), [d.row.claimed_by]));
  for (const j of d.judgements) add(j.at, h("b", {}, judgementWord(j.judgement)), ` · ${j.by} · `, j.reason, j.set_aside_at ? h("span", { class: "faint" }, ` (${gettext("set aside")}: ${j.set_aside_why})`) : null);
  for (const s of d.silences) add(s.at, interpolate(gettext("Silenced until %s by %s"), [dayTime(s.until), s.by]), ` · ${s.reason}`);
  items.sort((x, y) => (x.t < y.t ? -1 : 1));
  return h("section", {}, h("h3", {}, icon("scroll-text"), gettext("What was done"), clock.mode === "live" ? null : h("span", { class: "faint" }, gettext("in real time"))), h("ul", { class: "story" }, items.map((i) => i.el)));
}

function orders(d) {
  if (!d.orders.length) return null;
  return h("section", {}, h("h3", {}, icon("send"), gettext("Orders")), d.orders.map((o) => h("div", {},
    h("div", { class: "row" }, h("a", { href: `/orders/${o.id}/`, title: gettext("Open the order's page") }, h("b", {}, o.unit), ` № ${o.id}`), o.in_command ? h("span", { class: "chip low" }, gettext("in command")) : null, h("span", { class: `chip ${o.result === "hit" ? "high" : o.overdue ? "mid" : o.result ? "good" : "low"}` }, o.result ? outcomeWord(o.result) : o.overdue ? gettext("overdue") : o.state === "acknowledged" ? gettext("received") : gettext("sent")),
      h("span", { class: "faint" }, `${gettext("deadline")} ${shortTime(o.deadline, clock.at)}`)),
    o.commander ? h("p", { class: "faint" }, [o.agency, o.commander, o.phone].filter(Boolean).join(" · ")) : null, o.meeting ? h("p", { class: "faint" }, interpolate(gettext("meets her at %s, %s"), [shortTime(o.meeting.t, clock.at), place(o.meeting.lat, o.meeting.lon)])) : null,
    h("p", { class: "muted", style: { margin: "3px 0" } }, o.text), o.note ? h("p", {}, o.note) : null,
    o.hold ? h("p", { class: "hint" }, icon("lock"), h("span", {}, o.hold.text, may("retention.view") ? [" ", h("a", { href: `/holds/#hold-${o.hold.id}` }, gettext("Open the hold"))] : null)) : null,
    !o.result && may("watch.outcome") ? h("div", { class: "row" },
      o.state === "issued" ? h("button", { class: "small", onclick: () => dialogs.received(o) }, gettext("Received…")) : null,
      h("button", { class: "small", onclick: () => dialogs.outcome(o) }, gettext("Outcome…")),
      o.in_command && may("watch.order") ? h("button", { class: "small", onclick: () => orderDialog.order(d.row, o, d.orders.filter((x) => x.interception === o.interception && !x.result).map((x) => x.unit_code)) }, icon("plus"), gettext("Another unit")) : null) : null)));
}

function scene(d) {
  if (!d.scene.length) return null;
  return h("section", {}, h("h3", {}, icon("radio"), gettext("On scene")), h("ul", { class: "story" }, d.scene.map((r) => h("li", { class: r.corrected_by ? "old" : "" }, h("time", { datetime: r.happened_at }, shortTime(r.happened_at, clock.at)),
    h("span", {}, h("b", {}, r.what_name), ` · ${r.unit}`, r.words ? ` · ${r.words}` : "", " ", h("span", { class: "faint" }, r.place || r.where), r.corrected_by ? h("span", { class: "chip mid" }, interpolate(gettext("corrected by № %s"), [r.corrected_by])) : null)))));
}

function duty(d) {
  if (!d.duty.length && !may("watch.log")) return null;
  return h("section", {}, h("h3", {}, icon("pencil"), gettext("Duty log")), d.duty.length ? h("ul", { class: "story" }, d.duty.map((e) => h("li", { class: e.corrected_by ? "old" : "" }, h("time", {}, shortTime(e.happened_at, clock.at)),
    h("span", {}, h("b", {}, e.who || e.how_name), " ", e.call ? h("span", { class: `chip ${e.call === "no_answer" ? "high" : "good"}` }, [e.channel, e.call_name].filter(Boolean).join(" · ")) : null, " ", e.what, " ", h("a", { class: "faint", href: `/duty/?alert=${d.row.id}#entry-${e.id}` }, `№ ${e.id}`))))) : null,
    may("watch.log") ? h("button", { class: "small", onclick: () => dialogs.log(d.row) }, icon("pencil"), gettext("Write in the duty log"), h("kbd", {}, "l")) : null);
}

function evidence(d) {
  const v = d.verdicts.find((x) => x.current) ?? d.verdicts[0];
  const last = d.frozen.at(-1);
  return h("section", {}, h("h3", {}, icon("fingerprint"), gettext("Evidence")), h("dl", { class: "facts" },
    v ? [h("dt", {}, gettext("Rule")), h("dd", {}, `${v.profile} · ${v.version}`)] : null,
    v && v.raw_count ? [h("dt", {}, gettext("Raw rows")), h("dd", {}, `${number(v.raw_count)} · `, h("span", { class: "mono" }, v.raw_first))] : null,
    h("dt", {}, gettext("Frozen")), h("dd", {}, last ? [`${dayTime(last.at)} · ${last.by} `, h("span", { class: "mono", title: last.sha256 }, last.sha256.slice(0, 16), "…")] : gettext("nothing yet: it is frozen when someone claims or judges"))),
    may("evidence.export") ? h("button", { class: "small", onclick: () => exportEvidence(d.row) }, icon("download"), gettext("Export evidence")) : null);
}

function history(d) {
  if (!d.others.length) return null;
  return h("section", {}, h("h3", {}, icon("history"), gettext("This vessel before")), h("ul", { class: "story" }, d.others.slice(0, 6).map((o) =>
    h("li", {}, h("time", {}, shortTime(o.t1, clock.at)), h("a", { href: `/?alert=${o.id}`, onclick: (e) => { e.preventDefault(); select({ alert: o.id, mmsi: o.mmsi, from: "history" }); } }, o.title, h("span", { class: "faint" }, ` · ${stateText(o)}`))))));
}

function actions(a) {
  const b = (key, text, sign, fn, permission, mood = "") => may(permission) ? h("button", { class: mood, onclick: fn, dataset: { key } }, icon(sign), text, h("kbd", {}, key)) : null;
  if (!may("watch.claim")) return h("div", { class: "acts" }, h("p", { class: "faint", style: { margin: 0 } }, gettext("You may read alerts, not act on them.")));
  const out = [];
  if (a.distress && !a.acknowledged_at) out.push(b("a", gettext("Acknowledge"), "bell-off", () => acknowledge(a.id), "watch.distress", "alarm"));
  if (a.state === "open") out.push(b("c", gettext("Claim"), "hand", () => dialogs.claim(a), "watch.claim", "primary"));
  if (a.state === "claimed") {
    out.push(a.mine
      ? h("div", { class: "three" }, b("t", gettext("True"), "check", () => dialogs.judge(a, "true"), "watch.judge"), b("f", gettext("False"), "x", () => dialogs.judge(a, "false"), "watch.judge"), b("u", gettext("Unclear"), "circle-help", () => dialogs.judge(a, "unclear"), "watch.judge"))
      : h("p", { class: "faint", style: { margin: 0 } }, interpolate(gettext("%s holds this alert."), [a.claimed_by])));
  }
  out.push(h("div", { class: "four" },
    ["open", "claimed", "judged"].includes(a.state) ? b("o", gettext("Order"), "send", () => orderDialog.order(a), "watch.order") : null,
    a.mmsi || a.lat !== null ? b("w", gettext("Reach"), "target", () => reach.toggle(a), "registry.view") : null,
    ["open", "claimed"].includes(a.state) && !a.distress ? b("s", gettext("Silence"), "bell-off", () => dialogs.silence(a), "watch.silence") : null,
    a.state === "judged" ? b("x", gettext("Close"), "archive", () => dialogs.close(a), "watch.judge", "primary") : null,
    a.state === "claimed" && a.mine ? b("r", gettext("Release"), "undo-2", () => dialogs.release(a), "watch.claim") : null,
    ["judged", "closed"].includes(a.state) ? b("r", gettext("Reopen"), "undo-2", () => dialogs.reopen(a), "watch.reopen") : null,
    a.state === "closed" && may("records.seal") ? h("button", { class: "ghost", onclick: () => dialogs.seal(a) }, icon("lock"), gettext("Seal")) : null));
  return h("div", { class: "acts" }, out);
}

function draw(d) {
  const top = box.scrollTop;
  box.hidden = false;
  box.replaceChildren(...[head(d), hints(d.row), reach.section(d.row), verdicts(d), where(d.row), orders(d), scene(d), duty(d), story(d), history(d), evidence(d), actions(d.row)].filter(Boolean));
  box.scrollTop = top;
}

// A vessel without an alert, or a clue, has the panel to itself.
on("reach", ({ of }) => {
  if (current) return draw(current);
  const part = reach.section();
  box.hidden = !part;
  if (part) box.replaceChildren(h("header", {}, h("div", { class: "row" }, h("h2", {}, of === "clue" ? gettext("A clue") : `MMSI ${selected.mmsi}`), h("button", { class: "ghost small", "aria-label": gettext("Close the panel"), onclick: reach.close }, icon("x")))), part);
});
on("select", ({ alert }) => load(alert));
on("detail", (id) => selected.alert === id && load(id));
on("stream:alert", () => selected.alert !== null && load(selected.alert));
on("stream:order", () => selected.alert !== null && load(selected.alert));
export const silent = hm;
