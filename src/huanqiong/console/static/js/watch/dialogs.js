// The dialogs of the watch floor: judge, silence, order, close. Each states what it will do and asks for a reason.
import { act, post } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { boot } from "huanqiong/lib/boot.js";
import { clock, emit, select } from "huanqiong/lib/bus.js";
import { h, icon } from "huanqiong/lib/dom.js";
import { dayTime, number } from "huanqiong/lib/format.js";
import { iso, momentInput, written } from "huanqiong/lib/when.js";
import * as duty from "huanqiong/lib/duty_dialog.js";
import * as orderDialogs from "huanqiong/lib/order_dialogs.js";
import { whoText } from "huanqiong/watch/queue.js";

const summary = (a) => h("p", { class: "muted" }, h("b", {}, a.title), " · ", whoText(a), h("br"), a.why);

const QUICK = {
  true: () => [gettext("Confirmed by radar or camera"), gettext("Confirmed by patrol"), gettext("Repeats a known pattern")],
  false: () => [gettext("Known operation: pilot, tug or supply"), gettext("Receiver was down"), gettext("Fishing as usual"), gettext("Waiting for tide or berth"), gettext("Wrong data from the device")],
  unclear: () => [gettext("Not enough data"), gettext("Vessel left the area"), gettext("No answer by radio")],
};

function reasonField(quick = []) {
  const area = h("textarea", { name: "reason", required: true, minlength: 2, maxlength: 600, "data-first": true, placeholder: gettext("In your own words: what did you see or hear?") });
  const use = (text) => {
    area.value = area.value ? `${area.value.replace(/[;；]?\s*$/, "")}；${text}` : text;
    area.focus();
  };
  return h("label", { class: "field" }, h("span", {}, gettext("Reason (goes into the record with your name)")), area,
    h("span", { class: "quick" }, quick.map((text) => h("button", { type: "button", class: "small", onclick: () => use(text) }, text))));
}

const again = (id) => {
  emit("stream:alert", {});
  emit("detail", id);
};

export async function judge(a, judgement) {
  const title = { true: gettext("Judge: true"), false: gettext("Judge: false"), unclear: gettext("Judge: unclear") }[judgement];
  const sign = { true: "circle-check", false: "x", unclear: "circle-help" }[judgement];
  await ask(title, [summary(a), reasonField(QUICK[judgement]())], {
    yes: title, sign,
    send: (data) => act(post(`/api/alerts/${a.id}/judge`, { judgement, reason: data.reason }), gettext("Judgement recorded")),
  }).then((ok) => ok && again(a.id));
}

export async function silence(a) {
  const hours = h("select", { name: "hours", "data-first": true }, [1, 4, 8, 12, 24, 72].map((n) => h("option", { value: n, selected: n === 8 }, interpolate(ngettext("%s hour", "%s hours", n), [n]))));
  await ask(gettext("Silence this vessel"), [
    summary(a),
    h("p", { class: "hint" }, icon("info"), gettext("Verdicts are still recorded and counted. Distress is never silenced.")),
    h("div", { class: "row" },
      h("label", { class: "field" }, h("span", {}, gettext("For")), hours),
      h("label", { class: "field" }, h("span", {}, gettext("What")), h("select", { name: "kind" }, h("option", { value: a.kind }, interpolate(gettext("only “%s”"), [a.kind_name])), h("option", { value: "" }, gettext("every kind"))))),
    reasonField([gettext("Known operation: pilot, tug or supply"), gettext("Under escort"), gettext("Research or survey work")]),
  ], {
    yes: gettext("Silence"), sign: "bell-off",
    send: (d) => act(post(`/api/alerts/${a.id}/silence`, { hours: Number(d.hours), kind: d.kind, reason: d.reason }), gettext("Silenced")),
  }).then((ok) => ok && again(a.id));
}

export async function order(a) {
  const far = (u) => (u.lat === null || a.lat === null ? undefined : Math.hypot((u.lat - a.lat) * 60, (u.lon - a.lon) * 60 * Math.cos((a.lat * Math.PI) / 180)));
  const units = (boot.units ?? []).map((u) => ({ ...u, distance_nm: far(u) })).sort((x, y) => (x.distance_nm ?? 1e9) - (y.distance_nm ?? 1e9));
  const inHours = (n) => Math.ceil((clock.at + n * 3600) / 300) * 300; // a time one can say over the radio
  const deadline = momentInput("deadline", inHours(2), "future");
  await ask(gettext("Order an inspection"), [
    summary(a),
    units.length ? null : h("p", { class: "hint bad" }, icon("triangle-alert"), gettext("No unit is entered yet: a supervisor or analyst enters units.")),
    h("div", { class: "row" },
      h("label", { class: "field" }, h("span", {}, gettext("Unit")), h("select", { name: "unit", required: true, "data-first": true },
        units.map((u) => h("option", { value: u.code }, u.distance_nm === undefined ? u.name : `${u.name} (${number(u.distance_nm)} nm)`)))),
      h("label", { class: "field" }, h("span", {}, gettext("Deadline (China time)")), deadline)),
    h("div", { class: "quick" }, [1, 2, 4, 8].map((n) => h("button", { type: "button", class: "small", onclick: () => { deadline.value = written(inHours(n)); } }, `+${n} h`))),
    h("label", { class: "field" }, h("span", {}, gettext("What the unit shall do")), h("textarea", { name: "text", required: true, maxlength: 600 },
      interpolate(gettext("Proceed to %s, identify and inspect %s. Reason: %s"), [a.where, whoText(a), a.why]))),
    h("p", { class: "faint" }, interpolate(gettext("Store time now: %s"), [dayTime(clock.at)])),
  ], {
    yes: gettext("Send order"), sign: "send",
    send: (d) => act(post(`/api/alerts/${a.id}/order`, { unit: d.unit, deadline: iso(d.deadline, "future"), text: d.text }), gettext("Order sent")),
  }).then((ok) => ok && again(a.id));
}

const then = (o, done) => {
  if (done) again(o.alert_id);
  return done;
};
export const outcome = (o) => orderDialogs.outcome(o).then((done) => then(o, done));
export const received = (o) => orderDialogs.received(o).then((done) => then(o, done));

export async function reopen(a) {
  await ask(gettext("Reopen"), [summary(a), reasonField()], { yes: gettext("Reopen"), sign: "undo-2",
    send: (d) => act(post(`/api/alerts/${a.id}/reopen`, { reason: d.reason }), gettext("Reopened")) }).then((ok) => ok && again(a.id));
}

export const log = (a) => duty.write(a ? { alert: a } : {}).then((ok) => ok && a && again(a.id));

export async function seal(a) {
  await ask(gettext("Seal the record"), [summary(a), h("p", { class: "hint" }, icon("lock"), gettext("A breach of public order is sealed when its decision takes effect. The alert, its verdicts, orders and outcomes leave every list, count, export and search; opening it needs a ground and two persons.")), reasonField()], {
    yes: gettext("Seal"), sign: "lock",
    send: (d) => act(post(`/api/alerts/${a.id}/seal`, { reason: d.reason }), gettext("Sealed")) }).then((ok) => ok && select({ from: "sealed" }));
}

export async function declareDistress(a) {
  await ask(gettext("Treat as possible distress"), [summary(a), h("p", { class: "hint bad" }, icon("life-buoy"), gettext("The alert goes to the top of every watch floor and sounds until acknowledged.")), reasonField()], {
    yes: gettext("Declare"), mood: "alarm", sign: "life-buoy",
    send: (d) => act(post(`/api/alerts/${a.id}/distress`, { reason: d.reason }), gettext("Declared as distress")) }).then((ok) => ok && again(a.id));
}

export const claim = (a) => act(post(`/api/alerts/${a.id}/claim`), gettext("Claimed: it is yours")).then((ok) => ok && again(a.id));
export const release = (a) => act(post(`/api/alerts/${a.id}/release`, { why: "" }), gettext("Given back to the queue")).then((ok) => ok && again(a.id));
export const close = (a) => act(post(`/api/alerts/${a.id}/close`), gettext("Closed")).then((ok) => ok && again(a.id));
