// Receipt and outcome of an inspection order.
import { act, post } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { h } from "huanqiong/lib/dom.js";

export async function outcome(o) {
  const cause = h("label", { class: "field", hidden: true }, h("span", {}, gettext("Why not")), h("select", { name: "cause" },
    h("option", { value: "no_unit" }, gettext("no unit available")), h("option", { value: "weather" }, gettext("weather")), h("option", { value: "gone" }, gettext("vessel gone")), h("option", { value: "other" }, gettext("other"))));
  const result = h("select", { name: "result", required: true, "data-first": true, onchange: () => { cause.hidden = result.value !== "not_possible"; } },
    h("option", { value: "hit" }, gettext("hit")), h("option", { value: "no_hit", selected: true }, gettext("no hit")), h("option", { value: "not_possible" }, gettext("not possible")));
  return ask(gettext("Record the outcome"), [
    h("p", { class: "muted" }, o.text),
    h("div", { class: "row" }, h("label", { class: "field" }, h("span", {}, gettext("Outcome")), result), cause),
    h("label", { class: "field" }, h("span", {}, gettext("Note")), h("textarea", { name: "note", maxlength: 1000 })),
  ], {
    yes: gettext("Record"), sign: "clipboard-list",
    // A hit is filed with its boarding record: there it is asked for what a hit needs.
    send: (d) => d.result === "hit" ? location.assign(`/orders/${o.id}/boarding/?result=hit`) : act(post(`/api/orders/${o.id}/outcome`, { result: d.result, cause: d.result === "not_possible" ? d.cause : "", note: d.note }), gettext("Outcome recorded")),
  });
}

export async function received(o) {
  return ask(gettext("Order received"), [h("p", { class: "muted" }, o.text),
    h("label", { class: "field" }, h("span", {}, gettext("Who answered (name, by radio or in person)")), h("input", { name: "name", required: true, maxlength: 80 }))], {
    yes: gettext("Record receipt"), sign: "check",
    send: (d) => act(post(`/api/orders/${o.id}/acknowledge`, { name: d.name }), gettext("Receipt recorded")),
  });
}
