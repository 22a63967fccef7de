// The form's moving parts: rows that are added, parts that belong to an outcome, what still lacks.
import { $, $$, h, icon } from "huanqiong/lib/dom.js";

const laws = JSON.parse($("#laws")?.textContent ?? "[]");
const field = (text, input) => h("label", { class: "field" }, h("span", {}, text), input);
const gone = (row) => h("button", { type: "button", class: "ghost", "aria-label": gettext("Take this line away"), title: gettext("Take this line away"), onclick: () => { row().remove(); $("#boarding").dispatchEvent(new Event("input")); } }, icon("x"));

function line(within, kind, ...parts) {
  const row = h("div", { class: `record-line ${kind}` }, ...parts, gone(() => row));
  within.append(row);
  return row;
}

export function addOfficer(o = {}) {
  return line($("#officers"), "officer", field(gettext("Name"), h("input", { "data-part": "name", maxlength: 80, value: o.name ?? "" })), field(gettext("Badge number"), h("input", { "data-part": "badge", maxlength: 40, value: o.badge ?? "" })));
}

export function addHand(p = {}) {
  const part = (name, text, most) => field(text, h("input", { "data-part": name, maxlength: most, value: p[name] ?? "" }));
  return line($("#crew"), "hand", part("name", gettext("Name"), 80), part("role", gettext("Post (master, deck…)"), 40), part("document", gettext("Document and number"), 80), part("nationality", gettext("Nationality, as the document says"), 40), part("note", gettext("Note"), 200));
}

export function addBasis(b = {}) {
  const chosen = `${b.law ?? ""}|${b.version ?? ""}`;
  const known = laws.some((x) => `${x.law}|${x.version}` === chosen);
  const options = [...laws, ...(b.law && !known ? [{ law: b.law, version: b.version, name: b.law }] : [])];
  const select = h("select", { "data-part": "law" }, options.map((x) => h("option", { value: `${x.law}|${x.version}`, selected: `${x.law}|${x.version}` === chosen }, `${x.name} (${x.version})${x.unchecked ? ` · ${gettext("text not checked here")}` : ""}`)));
  return line($("#bases"), "basis", field(gettext("Law and its text"), select), field(gettext("Article"), h("input", { "data-part": "article", inputmode: "numeric", maxlength: 5, value: b.article ?? "" })));
}

const read = (row) => Object.fromEntries($$("[data-part]", row).map((el) => [el.dataset.part, el.value.trim()]));
const some = (d) => Object.values(d).some(Boolean);
const listed = (id) => $$(`${id} .record-line`).map(read).filter(some);
const number = (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? null : Number(text));

// What is filed. Parts that do not belong to the outcome stay away.
export function told(form) {
  const d = Object.fromEntries(new FormData(form));
  const aboard = ["hit", "no_hit"].includes(d.result);
  const bases = $$("#bases .record-line").map(read).map((b) => ({ law: b.law.split("|")[0], version: b.law.split("|")[1], article: Number.parseInt(b.article, 10) || 0 }));
  return {
    ...d, cause: d.result === "not_possible" ? d.cause ?? "" : "", flag: normal(d.flag), consent: d.consent ?? "",
    aboard: aboard ? number(d.aboard) : null, clock_offset_s: number(d.clock_offset_s),
    officers: aboard ? listed("#officers") : [], crew: aboard ? listed("#crew") : [], basis: aboard ? bases : [], waited_s: 0,
  };
}

export const normal = (flag) => (["none", "unknown"].includes(flag.trim().toLowerCase()) ? flag.trim().toLowerCase() : flag.trim().toUpperCase());

export function shape(form) {
  const result = $("[name=result]:checked", form)?.value ?? "";
  for (const el of $$("[data-for]", form)) el.hidden = !el.dataset.for.split(" ").includes(result);
  const flag = normal(form.elements.flag.value);
  $("#consent").hidden = !flag || flag === "none" || form.elements.flag.dataset.own.split(" ").includes(flag);
}

// Everything that lacks at once, by the same rules as the server has for plain parts; it decides in the end.
export function missing(form) {
  const d = told(form);
  if (!d.result) return [[gettext("Outcome"), $("[name=result]", form)]];
  const out = $$("[data-need]", form).filter((el) => el.dataset.need.split(" ").includes(d.result) && !el.value.trim())
    .map((el) => [el.closest("label").querySelector("span").textContent, el]);
  const least = d.result === "hit" ? 2 : d.result === "no_hit" ? 1 : 0;
  const whole = new Set(d.officers.filter((o) => o.name && o.badge).map((o) => o.name.replace(/\s/g, "").toLowerCase()));
  if (whole.size < least) out.push([least === 2 ? gettext("Two officers with name and badge") : gettext("An officer with name and badge"), $("#add-officer")]);
  if (least && !d.basis.some((b) => b.article > 0)) out.push([$("#bases").dataset.label, $("#add-basis")]);
  if (d.result === "hit" && !d.present.trim() && !d.absent_why.trim()) out.push([gettext("Who was present, or why nobody"), form.elements.present]);
  if (d.result === "not_possible" && !d.cause) out.push([gettext("Why not"), $("[name=cause]", form)]);
  return out;
}
