// What the chain of escalation told this person: a notice on every page until it is answered or settled.
import { act, get, post } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { clock, on } from "huanqiong/lib/bus.js";
import { $, h, icon } from "huanqiong/lib/dom.js";
import { dayTime } from "huanqiong/lib/format.js";

export const seen = (id) => act(post(`/api/escalations/${id}/acknowledge`, { request_id: crypto.randomUUID() }), gettext("Acknowledged"));

export function called(id, contact) {
  const choice = h("div", { class: "choice", role: "radiogroup" }, Object.entries({ answered: gettext("answered"), no_answer: gettext("no answer") }).map(([value, text]) =>
    h("label", {}, h("input", { type: "radio", name: "call", value, required: true, checked: value === "answered" }), h("span", {}, text))));
  const name = h("input", { name: "name", maxlength: 80, autocomplete: "off", "data-first": true });
  choice.addEventListener("change", () => { name.disabled = choice.querySelector("input:checked").value !== "answered"; });
  const request = crypto.randomUUID();
  return ask(interpolate(gettext("Call to %s"), [contact]), [choice,
    h("label", { class: "field" }, h("span", {}, gettext("Who answered")), name),
    h("label", { class: "field" }, h("span", {}, gettext("When")), h("input", { name: "when", maxlength: 40, size: 14, autocomplete: "off", placeholder: dayTime(clock.at).slice(11), title: gettext("0230, 17日0230, or a full time, China time; empty: now") }))],
  { yes: gettext("Write it down"), sign: "bell-ring", send: (d) => act(post(`/api/escalations/${id}/call`, { call: d.call, name: d.name ?? "", when: d.when, request_id: request }), gettext("Call written down")) });
}

const box = $("#told");
async function hear() {
  let rows;
  try {
    rows = await get("/api/escalations?mine=true");
  } catch {
    return; // no link; the offline notice speaks
  }
  box.hidden = !rows.length;
  if (!rows.length) return;
  const e = rows[0];
  const answer = async (done) => (await done) && hear();
  box.replaceChildren(icon("bell-ring"), h("b", {}, e.of_name), h("a", { href: e.href }, e.title), h("span", { class: "faint" }, `${gettext("since")} ${dayTime(Date.parse(e.since) / 1000)}`),
    e.how === "screen" ? h("button", { class: "small", onclick: () => answer(seen(e.id)) }, gettext("I have it"))
      : h("button", { class: "small", onclick: () => answer(called(e.id, e.contact)) }, interpolate(gettext("Call %s"), [e.contact])),
    rows.length > 1 ? h("a", { href: "/escalations/" }, interpolate(ngettext("and %s more", "and %s more", rows.length - 1), [rows.length - 1])) : "");
}

export function follow() {
  if (!box) return;
  on("stream:escalation", hear);
  hear();
}
