// An order from an alert: to one unit, or to several under named commanders, one of them in command.
import { act, post } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { boot, may } from "huanqiong/lib/boot.js";
import { clock } from "huanqiong/lib/bus.js";
import { h, icon } from "huanqiong/lib/dom.js";
import { dayTime, number } from "huanqiong/lib/format.js";
import { iso, momentInput, written } from "huanqiong/lib/when.js";
import { again, summary } from "huanqiong/watch/dialogs.js";
import { whoText } from "huanqiong/watch/queue.js";
import { meetText, ofAlert, wayText } from "huanqiong/watch/reach.js";

// Units as the crow flies, until the ranking by who meets her is there.
function byDistance(a) {
  const far = (u) => (u.lat === null || a.lat === null ? undefined : Math.hypot((u.lat - a.lat) * 60, (u.lon - a.lon) * 60 * Math.cos((a.lat * Math.PI) / 180)));
  return (boot.units ?? []).map((u) => ({ ...u, nm: far(u) })).sort((x, y) => (x.nm ?? 1e9) - (y.nm ?? 1e9));
}
const plain = (u) => (u.nm === undefined ? u.name : `${u.name} (${number(u.nm)} nm)`);
const ranked = (u, i) => `${u.meeting ? `${i + 1}. ` : ""}${u.name} · ${meetText(u)}`;

class Row {
  constructor(form) {
    this.form = form;
    this.touched = false;
    this.unit = h("select", { name: "unit", required: true, onchange: () => { this.touched = true; form.drawn(); } });
    this.commander = h("input", { name: "commander", maxlength: 80, autocomplete: "off", oninput: () => form.drawn() });
    this.phone = h("input", { name: "phone", maxlength: 40, autocomplete: "off", inputmode: "tel" });
    this.command = h("input", { type: "radio", name: "in_command" });
    this.meets = h("p", { class: "meets", "aria-live": "polite" });
    this.away = h("button", { type: "button", class: "ghost small", "aria-label": gettext("Take this unit out"), onclick: () => form.remove(this) }, icon("x"));
    const field = (text, el) => h("label", { class: "field" }, h("span", {}, text), el);
    this.who = [field(gettext("Commander"), this.commander), field(gettext("Telephone"), this.phone), h("label", { class: "row check" }, this.command, gettext("in command"))];
    this.el = h("div", { class: "sent-unit" }, field(gettext("Unit"), this.unit), this.who, this.away, this.meets);
  }
}

class Units {
  // `joining`: one further unit of an interception that runs; `taken` are on their way already.
  constructor(a, { joining = false, taken = [] } = {}) {
    this.answer = null;
    this.joining = joining;
    this.alert = a.id;
    this.taken = new Set(taken);
    this.list = byDistance(a).filter((u) => !this.taken.has(u.code));
    this.rows = [];
    this.el = h("div", { class: "stack" });
    this.more = h("button", { type: "button", class: "small", onclick: () => this.add() }, icon("plus"), gettext("Another unit"));
    this.add();
  }

  add() {
    const row = new Row(this);
    this.rows.push(row);
    if (this.rows.length === 1) row.command.checked = true;
    this.el.append(row.el);
    this.fill(row);
    this.drawn();
  }

  remove(row) {
    this.rows = this.rows.filter((r) => r !== row);
    row.el.remove();
    if (!this.rows.some((r) => r.command.checked)) this.rows[0].command.checked = true;
    this.drawn();
  }

  // Options in the order of who meets her; a new row takes the first that no other has.
  fill(row) {
    const kept = row.touched ? row.unit.value : "";
    const taken = new Set(this.rows.filter((r) => r !== row).map((r) => r.unit.value));
    row.unit.replaceChildren(...this.list.map((u, i) => h("option", { value: u.code }, this.answer ? ranked(u, i) : plain(u))));
    row.unit.value = kept || (this.list.find((u) => !taken.has(u.code)) ?? this.list[0])?.code || "";
  }

  rank(answer) {
    this.answer = answer;
    this.list = answer.units.filter((u) => !this.taken.has(u.code));
    for (const row of this.rows) this.fill(row);
    this.drawn();
  }

  get together() {
    return this.joining || this.rows.length > 1 || this.rows[0].commander.value.trim() !== "";
  }

  drawn() {
    for (const row of this.rows) {
      const u = this.list.find((x) => x.code === row.unit.value);
      row.away.hidden = this.rows.length === 1;
      row.commander.required = row.phone.required = this.together;
      row.who[2].hidden = this.joining || !this.together;
      row.meets.textContent = !this.answer || !u ? "" : u.meeting ? `${meetText(u)} · ${wayText(u)}` : `${meetText(u)}: ${u.says[0] ?? ""}`;
    }
  }

  body(order = null) {
    const met = (r) => (this.answer && this.list.find((u) => u.code === r.unit.value)?.meeting?.token) || "";
    const [first] = this.rows;
    if (order) return [`/api/orders/${order.id}/join`, { unit: first.unit.value, commander: first.commander.value, phone: first.phone.value, meeting: met(first) }];
    if (!this.together) return [`/api/alerts/${this.alert}/order`, { unit: this.rows[0].unit.value, meeting: met(this.rows[0]) }];
    return [`/api/alerts/${this.alert}/intercept`, { units: this.rows.map((r) => ({ unit: r.unit.value, meeting: met(r), commander: r.commander.value, phone: r.phone.value, in_command: r.command.checked })) }];
  }
}

// `of`: an order of the interception that a further unit joins, with `taken` those on their way.
export async function order(a, of = null, taken = []) {
  const units = new Units(a, { joining: of !== null, taken });
  const inHours = (n) => Math.ceil((clock.at + n * 3600) / 300) * 300; // a time one can say over the radio
  const deadline = momentInput("deadline", inHours(2), "future");
  const counting = h("p", { class: "faint", role: "status" }, gettext("Counting who meets her…"));
  if (may("registry.view") && (a.mmsi || a.lat !== null)) {
    ofAlert(a.id).then((answer) => {
      units.rank(answer);
      counting.textContent = answer.says.join(" · ");
    }, (error) => { counting.textContent = error.message; });
  } else counting.hidden = true;
  const done = ask(of ? gettext("Send another unit") : gettext("Order an inspection"), [
    summary(a),
    units.list.length ? null : h("p", { class: "hint bad" }, icon("triangle-alert"), gettext("No unit is entered yet: a supervisor or analyst enters units.")),
    units.el, of ? null : h("div", { class: "row" }, units.more, h("span", { class: "faint" }, gettext("Several units, of one agency or more: each under a named commander."))), counting,
    h("div", { class: "row" }, h("label", { class: "field" }, h("span", {}, gettext("Deadline (China time)")), deadline),
      h("div", { class: "quick" }, [1, 2, 4, 8].map((n) => h("button", { type: "button", class: "small", onclick: () => { deadline.value = written(inHours(n)); } }, `+${n} h`)))),
    h("label", { class: "field" }, h("span", {}, gettext("What the unit shall do")), h("textarea", { name: "text", required: true, maxlength: 600 },
      of ? of.text : interpolate(gettext("Proceed to %s, identify and inspect %s. Reason: %s"), [a.where, whoText(a), a.why]))),
    h("p", { class: "faint" }, interpolate(gettext("Store time now: %s"), [dayTime(clock.at)])),
  ], {
    yes: gettext("Send order"), sign: "send",
    send: (d) => {
      const [path, who] = units.body(of);
      return act(post(path, { ...who, deadline: iso(d.deadline, "future"), text: d.text }), gettext("Order sent"));
    },
  });
  document.querySelector("dialog:last-of-type")?.classList.add("orders");
  units.rows[0].unit.focus();
  if (await done) again(a.id);
}
