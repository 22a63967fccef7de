// "Where can she be": asked for the chosen alert, the chosen vessel, or a typed place; drawn, and units ranked.
import { get } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { clock, emit, following, on, selected } from "huanqiong/lib/bus.js";
import { $, h, icon } from "huanqiong/lib/dom.js";
import { course, hm, number, shortTime, span, speed } from "huanqiong/lib/format.js";
import { toast } from "huanqiong/lib/toast.js";
import { boxOf, reachLayers, SHARES } from "huanqiong/map/reach.js";

export const state = { of: null, answer: null, hour: 0, unit: "", busy: false };
const bar = $("#reach-bar");
let map = null;
let draw = () => {};
on("map-ready", (made) => {
  map = made;
  draw = reachLayers(map, "vessels");
});

const at = () => (following() ? "" : new Date(clock.at * 1000).toISOString());
const withAt = (path, more = {}) => {
  const query = new URLSearchParams(Object.entries({ at: at(), ...more }).filter(([, v]) => v !== "" && v !== null && v !== undefined));
  return query.size ? `${path}?${query}` : path;
};
export const ofAlert = (id, mmsi = null) => get(withAt(`/api/alerts/${id}/reach`, { mmsi }));

async function open(of, path) {
  Object.assign(state, { of, answer: null, unit: "", busy: true });
  show();
  try {
    const answer = await get(path);
    if (state.of !== of) return;
    for (const u of answer.units) if (u.meeting) u.meeting.hm = hm(u.meeting.t);
    const hour = answer.hours.findIndex((x) => x.hours === 1);
    Object.assign(state, { answer, hour: Math.max(0, hour), unit: answer.units.find((u) => u.meeting)?.code ?? "", busy: false });
    show();
    fit();
  } catch (error) {
    if (state.of === of) close();
    toast(error.message, "bad");
  }
}

// On a phone the panel covers the map: it steps aside while the map is looked at.
const peek = (on_) => document.body.classList.toggle("peek", on_);

export function close() {
  if (!state.of) return;
  peek(false);
  Object.assign(state, { of: null, answer: null, busy: false });
  show();
}

// One key: on for what is chosen, off again; with nothing chosen it asks for a place.
export function toggle(a) {
  if (state.of) return close();
  if (a) return open(`alert:${a.id}`, withAt(`/api/alerts/${a.id}/reach`));
  if (selected.mmsi) return open(`mmsi:${selected.mmsi}`, withAt(`/api/vessels/${selected.mmsi}/reach`));
  return clue();
}
export const other = (a, mmsi) => open(`alert:${a.id}:${mmsi}`, withAt(`/api/alerts/${a.id}/reach`, { mmsi }));

export function clue() {
  const field = (text, input) => h("label", { class: "field grow" }, h("span", {}, text), input);
  return ask(gettext("Where can she be: from what was told"), [
    field(gettext("Where (degrees)"), h("input", { name: "where", required: true, maxlength: 200, autocomplete: "off", placeholder: "19.5 111.2", "data-first": true })),
    h("div", { class: "row" }, field(gettext("When (0230; empty: now)"), h("input", { name: "when", maxlength: 40, size: 10, autocomplete: "off", placeholder: hm(clock.at) })),
      field(gettext("Speed, kn"), h("input", { name: "sog", type: "number", min: 0, max: 102, step: 0.1, size: 6 })),
      field(gettext("Course, °"), h("input", { name: "cog", type: "number", min: 0, max: 360, step: 1, size: 6 }))),
    h("p", { class: "faint" }, gettext("What is left empty widens the region. Without course and speed no meeting is counted.")),
  ], { yes: gettext("Show"), sign: "target", send: async (d) => {
    await open("clue", withAt("/api/reach", d));
    return state.answer ? true : null;
  } });
}

function fit() {
  const box = boxOf(state.answer?.hours[state.hour]?.regions);
  if (!box || !map) return;
  const near = state.answer.units.find((u) => u.code === state.unit);
  if (near?.meeting) for (const p of [near, near.meeting]) Object.assign(box, [Math.min(box[0], p.lon), Math.min(box[1], p.lat), Math.max(box[2], p.lon), Math.max(box[3], p.lat)]);
  map.resize();
  map.fitBounds([[box[0], box[1]], [box[2], box[3]]], { padding: { top: 50 + bar.offsetHeight, bottom: 40, left: 40, right: 60 }, maxZoom: 11, duration: 300 });
}

export function choose(code) {
  state.unit = code;
  show();
  fit();
}

const hourText = (w) => (w.hours ? interpolate(gettext("%s h"), [w.hours]) : gettext("Now"));

// The chosen hour with its legend stays on the map; words and units are in the panel.
function show() {
  const { answer, hour, unit } = state;
  const w = answer?.hours[hour];
  draw(w?.regions, answer?.units, unit, answer?.fix);
  bar.hidden = !state.of;
  bar.replaceChildren(...(state.of ? [
    h("div", { class: "row" }, h("b", {}, gettext("Where she can be")), state.busy ? h("span", { class: "faint", role: "status" }, gettext("counting…")) : null,
      answer?.hours.length ? h("div", { class: "tabs", role: "group", "aria-label": gettext("Hours ahead") }, answer.hours.map((x, i) =>
        h("button", { "aria-pressed": String(i === hour), dataset: { hours: x.hours }, title: hm(x.at), onclick: () => { state.hour = i; show(); fit(); } }, hourText(x)))) : null,
      h("button", { class: "small narrow-only", onclick: () => peek(false) }, icon("list"), gettext("Units")),
      h("button", { class: "ghost small", "aria-label": gettext("Close"), onclick: close }, icon("x"))),
    w ? h("ul", { class: "reach-key" }, h("li", {}, h("b", {}, shortTime(w.at, clock.at))), SHARES.toReversed().map((s) => h("li", {}, h("i", { class: `reach-swatch s${s}` }), `${s} %`, h("span", { class: "faint" }, `${number(w.area_km2[`${s}%`], w.area_km2[`${s}%`] < 10 ? 1 : 0)} km²`)))) : null,
    answer && !answer.hours.length ? h("p", { class: "hint bad" }, icon("circle-alert"), answer.says[0] ?? "") : null,
  ].filter(Boolean) : []));
  emit("reach", state);
}

export function meetText(u) {
  if (!u.meeting) return u.how === "none" ? gettext("cannot meet within 12 h") : gettext("not counted");
  const m = u.meeting;
  return interpolate(u.how === "meets" ? gettext("in %s min, at %s") : gettext("stands ahead in %s min, at %s"), [m.minutes, shortTime(m.t, clock.at)]);
}
export const wayText = (u) => `${u.meeting.where} · ${number(u.meeting.nm, 1)} nm · ${course(u.meeting.bearing)}`;

function unitRow(u, i) {
  return h("li", { class: u.meeting ? "" : "cannot", "aria-current": u.code === state.unit ? "true" : null },
    h("button", { class: "reach-unit", dataset: { unit: u.code }, onclick: () => choose(u.code), disabled: !u.meeting },
      h("span", { class: "n" }, u.meeting ? i + 1 : "–"), h("b", {}, u.name), h("span", { class: "faint" }, u.agency),
      h("span", { class: "when" }, meetText(u)), u.meeting ? h("small", {}, wayText(u)) : h("small", {}, u.says[0] ?? "")),
    u.meeting ? h("details", {}, h("summary", {}, gettext("Why")), h("ul", {}, u.says.map((s) => h("li", {}, s)), u.heard_at ? h("li", {}, interpolate(gettext("its own transponder was heard at %s"), [hm(u.heard_at)])) : h("li", {}, gettext("its place is the register's")))) : null);
}

// The panel's part: what is known, what is not, who meets her.
export function section(row = null) {
  if (!state.of) return null;
  const { answer } = state;
  const title = h("h3", {}, icon("target"), gettext("Where she can be"), answer ? h("span", { class: "faint" }, interpolate(gettext("as of %s"), [hm(answer.at)])) : null);
  if (!answer) return h("section", { class: "reach" }, title, h("div", { class: "wait", role: "status" }, h("i"), h("i")));
  const f = answer.fix;
  const w = answer.hours[state.hour];
  return h("section", { class: "reach" }, title,
    w ? h("button", { class: "small narrow-only", onclick: () => { peek(true); fit(); } }, icon("map"), gettext("Look at the map")) : null,
    row?.other_mmsi ? h("div", { class: "row" }, [row.mmsi, row.other_mmsi].map((m, i) => h("button", { class: "small", onclick: () => other(row, m) }, (i ? row.other_vessel : row.vessel) || `MMSI ${m}`))) : null,
    f ? h("p", {}, interpolate(gettext("Last fix %s ago: %s, %s, %s"), [span(f.age_s), f.where, f.sog === null ? gettext("speed not known") : speed(f.sog), f.cog === null ? gettext("course not known") : course(f.cog)])) : null,
    answer.says.map((s) => h("p", { class: "hint" }, icon("info"), s)),
    w ? h("details", {}, h("summary", {}, gettext("What this rests on")), h("ul", {}, w.says.map((s) => h("li", {}, s)), h("li", {}, gettext("A region is a place to look; nobody is accused.")))) : null,
    h("h4", {}, gettext("Who meets her")),
    answer.units.length ? h("ol", { class: "reach-units" }, answer.units.map(unitRow)) : h("p", { class: "faint" }, gettext("No unit is entered yet: a supervisor or analyst enters units.")));
}

on("select", ({ from }) => from !== "reach" && close());
on("other-days", close);
