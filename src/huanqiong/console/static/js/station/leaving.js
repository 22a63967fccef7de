// One boat leaves: crew as last time, back when she was last time, one button.
import { boot } from "huanqiong/lib/boot.js";
import { $, h, icon } from "huanqiong/lib/dom.js";
import { hm, shortTime } from "huanqiong/lib/format.js";
import { nowT } from "huanqiong/station/copy.js";
import { latest } from "huanqiong/station/merge.js";

const zoneOffset_s = 8 * 3600; // Asia/Shanghai has had no summer time since 1991

// The last such moment: "0640" or "06:40" is today's, or yesterday's where today's has not come.
function typedTime(text, now) {
  const m = /^(\d{1,2}):?(\d{2})$/.exec(text.trim());
  if (!m || m[1] > 23 || m[2] > 59) return null;
  const midnight = Math.floor((now + zoneOffset_s) / 86400) * 86400 - zoneOffset_s;
  const t = midnight + m[1] * 3600 + m[2] * 60;
  return t > now + 60 ? t - 86400 : t;
}

const chip = (name, value, chosen, ...text) => h("label", {}, h("input", { type: "radio", name, value, checked: chosen }), h("span", {}, text));

export function ask(boat, done) {
  const form = $("#leaving");
  const now = nowT(latest());
  const crew = [...(boat.crew ?? [])];
  const list = h("div", { class: "crew" });
  const add = h("input", { class: "crew-add", maxlength: 40, enterkeyhint: "done", placeholder: gettext("Add a name"), "aria-label": gettext("Add a name"), autocomplete: "off" });
  const draw = () => {
    list.replaceChildren(...crew.map((name, i) => h("button", { type: "button", class: "person", "aria-label": interpolate(gettext("Take %s off the crew"), [name]), onclick: () => { crew.splice(i, 1); draw(); } }, name, icon("x"))), add);
    $("b", count).textContent = crew.length;
  };
  const count = h("span", { class: "faint" }, h("b", {}, "0"), " ", gettext("on board"));
  const take = () => {
    for (const name of add.value.split(/[,，、;；\s]+/).filter(Boolean)) if (!crew.includes(name) && crew.length < boot.rules.crew_most) crew.push(name);
    add.value = "";
    draw();
  };
  add.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "," || event.key === "，") {
      event.preventDefault();
      take();
      add.focus();
    }
  });
  const hours = [...new Set([...(boat.away_h ? [Math.round(boat.away_h)] : []), ...boot.rules.due_h])].filter((n) => n > 0).sort((a, b) => a - b);
  const usual = boat.away_h ? Math.round(boat.away_h) : boot.rules.due_h[1] ?? boot.rules.due_h[0];
  const when = h("input", { name: "when", inputmode: "numeric", maxlength: 5, size: 6, placeholder: hm(now), "aria-label": gettext("Left at"), autocomplete: "off" });
  const due = h("div", { class: "choice big", role: "radiogroup", "aria-label": gettext("Back by") },
    hours.map((n) => chip("due", n, n === usual, interpolate(gettext("%s h"), [n]), h("small", {}, shortTime(now + n * 3600, now)))), chip("due", "", !usual, gettext("not said")));
  const purpose = h("div", { class: "choice", role: "radiogroup", "aria-label": gettext("For what") },
    Object.entries(boot.purposes).map(([value, text]) => chip("purpose", value, value === (boat.purpose || "fishing"), text)));
  const error = h("p", { class: "hint bad", role: "alert", hidden: true });
  form.replaceChildren(
    h("header", { class: "line" }, h("h2", {}, boat.name), boat.township ? h("span", { class: "faint" }, boat.township) : null, boat.code ? null : h("span", { class: "chip mid" }, gettext("not in the register")),
      h("button", { type: "button", class: "ghost", "aria-label": gettext("Close"), onclick: () => close() }, icon("x"))),
    h("div", { class: "line" }, h("h3", {}, gettext("Crew")), count, boat.crew?.length ? h("span", { class: "chip" }, gettext("as last time")) : null), list,
    h("h3", {}, gettext("Back by")), due, h("h3", {}, gettext("For what")), purpose,
    h("details", {}, h("summary", {}, gettext("Another time, a note")), h("div", { class: "row" }, h("label", { class: "field" }, h("span", {}, gettext("Left at")), when), h("label", { class: "field grow" }, h("span", {}, gettext("Note")), h("input", { name: "note", maxlength: 500, autocomplete: "off" })))),
    error, h("button", { class: "primary huge", type: "submit" }, icon("arrow-right"), gettext("She leaves now")));
  draw();
  form.hidden = false;
  form.onsubmit = (event) => {
    event.preventDefault();
    if (add.value.trim()) take();
    const d = Object.fromEntries(new FormData(form));
    const current = nowT(latest());
    const at = d.when ? typedTime(d.when, current) : current;
    error.hidden = at !== null;
    error.textContent = gettext("Write the time as 0640.");
    if (at === null) return;
    const back = d.due ? Math.round(at) + d.due * 3600 : null;
    close();
    done({ kind: "departure", boat: boat.code, name: boat.name, at: String(Math.round(at)), due_at: back === null ? "" : String(back), crew, purpose: d.purpose ?? "", note: d.note ?? "" });
  };
  $("button[type=submit]", form).focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}

export function close() {
  const form = $("#leaving");
  form.hidden = true;
  form.replaceChildren();
}
