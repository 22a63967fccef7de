// The duty log's dialog: one key opens it on every page, Ctrl+Enter files it.
import { act, post } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { clock } from "huanqiong/lib/bus.js";
import { h, icon } from "huanqiong/lib/dom.js";
import { dayTime } from "huanqiong/lib/format.js";

const HOWS = () => ({ radio: gettext("radio"), phone: gettext("telephone"), visit: gettext("in person"), seen: gettext("seen"), other: gettext("another way") });
const choice = (name, options, chosen) => h("div", { class: "choice", role: "radiogroup" }, Object.entries(options).map(([value, text]) =>
  h("label", {}, h("input", { type: "radio", name, value, checked: value === chosen }), h("span", {}, text))));
const field = (text, input, more = {}) => h("label", { class: "field", ...more }, h("span", {}, text), input);

function moreSources() {
  const rows = h("div", { class: "stack" });
  const add = () => {
    const row = h("div", { class: "row also" }, h("select", {}, Object.entries(HOWS()).map(([v, t]) => h("option", { value: v }, t))), h("input", { maxlength: 120, class: "grow", "aria-label": gettext("Who told it"), placeholder: gettext("Who told it") }));
    rows.append(row);
    row.querySelector("input").focus();
  };
  rows.read = () => [...rows.children].map((r) => ({ how: r.querySelector("select").value, who: r.querySelector("input").value })).filter((s) => s.who);
  return [rows, h("button", { type: "button", class: "ghost small", onclick: add }, icon("plus"), gettext("Another source of the same report"))];
}

// `of`: {alert} it is tied to; {entry, relation: "correct" | "add"} a later entry about an earlier one.
export async function write(of = {}) {
  const e = of.entry ?? {};
  const keep = of.relation === "correct" ? e : {};
  const [also, another] = moreSources();
  const call = choice("call", { "": gettext("no call"), no_answer: gettext("called: no answer"), answered: gettext("called: answered") }, keep.call ?? "");
  const channel = h("input", { name: "channel", maxlength: 30, value: keep.channel || "VHF 16", size: 10, "aria-label": gettext("Channel") });
  const shown = () => { channel.hidden = !call.querySelector("input:checked")?.value; };
  call.addEventListener("change", shown);
  shown();
  const title = of.relation === "correct" ? interpolate(gettext("Correct entry № %s"), [e.id]) : of.relation === "add" ? interpolate(gettext("Add to entry № %s"), [e.id]) : gettext("Duty log: new entry");
  const request = crypto.randomUUID();
  const done = await ask(title, [
    of.alert ? h("p", { class: "muted" }, icon("link"), " ", interpolate(gettext("Tied to alert %s"), [of.alert.id]), " · ", of.alert.title) : null,
    of.relation ? h("p", { class: "muted" }, e.what) : null,
    field(gettext("What was seen, said or done"), h("textarea", { name: "what", required: true, rows: 3, maxlength: 4000, "data-first": true }, keep.what ?? "")),
    choice("how", HOWS(), keep.how ?? "radio"),
    h("div", { class: "row" }, field(gettext("Who told it"), h("input", { name: "who", maxlength: 120, value: keep.who ?? "", autocomplete: "off" }), { class: "field grow" }),
      field(gettext("When"), h("input", { name: "when", maxlength: 40, size: 14, autocomplete: "off", placeholder: dayTime(clock.at).slice(11), value: keep.happened_at ? dayTime(Date.parse(keep.happened_at) / 1000) : "", title: gettext("0230, 17日0230, or a full time, China time; empty: now") }))),
    field(gettext("Where (in words or degrees)"), h("input", { name: "where", maxlength: 200, value: keep.where ?? of.alert?.where ?? "", autocomplete: "off" })),
    h("div", { class: "row" }, call, channel), also, another,
  ], {
    yes: gettext("File it"), sign: "pencil",
    send: (d) => {
      const same = of.alert && d.where === of.alert.where;
      const body = { what: d.what, when: d.when, how: d.how, who: d.who, where: d.where, call: d.call ?? "", channel: d.call ? d.channel : "", also: also.read(), alert: of.alert?.id ?? null, lat: same ? of.alert.lat : keep.lat ?? null, lon: same ? of.alert.lon : keep.lon ?? null, request_id: request };
      return act(post(of.relation ? `/api/duty/${e.id}/${of.relation}` : "/api/duty", body), gettext("Filed in the duty log"));
    },
  });
  return done;
}

export async function startAlert(e) {
  return ask(interpolate(gettext("Start an alert from entry № %s"), [e.id]), [
    h("p", { class: "muted" }, e.what),
    choice("severity", { 1: gettext("Low"), 2: gettext("Medium"), 3: gettext("High") }, "2"),
    field(gettext("MMSI of the vessel, where it is known"), h("input", { name: "mmsi", inputMode: "numeric", pattern: "[0-9]{9}", maxlength: 9, size: 12 })),
  ], { yes: gettext("Start an alert"), sign: "bell-ring", send: (d) => act(post(`/api/duty/${e.id}/alert`, { severity: Number(d.severity), mmsi: d.mmsi ? Number(d.mmsi) : null }), gettext("Alert started")) });
}
