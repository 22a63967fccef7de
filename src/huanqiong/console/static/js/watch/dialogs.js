// The dialogs of the watch floor: judge, silence, order, close. Each states what it will do and asks for a reason.
import { act, post } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { emit, select } from "huanqiong/lib/bus.js";
import { h, icon } from "huanqiong/lib/dom.js";
import * as duty from "huanqiong/lib/duty_dialog.js";
import * as orderDialogs from "huanqiong/lib/order_dialogs.js";
import { whoText } from "huanqiong/watch/queue.js";

export const summary = (a) => h("p", { class: "muted" }, h("b", {}, a.title), " · ", whoText(a), h("br"), a.why);

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

export const again = (id) => {
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
