// The boarding record: typed on a phone, kept there as it is typed, sent once when the network is there.
import { addBasis, addHand, addOfficer, missing, shape, told } from "huanqiong/boarding/form.js";
import { boot } from "huanqiong/lib/boot.js";
import { on } from "huanqiong/lib/bus.js";
import { $, $$, h, icon } from "huanqiong/lib/dom.js";
import { hm } from "huanqiong/lib/format.js";
import { flush, forget, unsent, wish } from "huanqiong/lib/unsent.js";

const order = JSON.parse($("#order").textContent);
const form = $("#boarding");
const OF = `boarding:${order.id}`;
const DRAFT = `hq.draft.${boot.store?.name}.${boot.person?.code}.${OF}`;
const mine = () => unsent().filter((w) => w.of === OF);

function draw() {
  $("#unsent").replaceChildren(...mine().map((w) => h("li", { class: w.refused ? "hint bad" : "hint" }, icon(w.refused ? "circle-alert" : "wifi-off"),
    h("span", {}, h("b", {}, w.refused ? gettext("Not accepted") : gettext("Not sent yet")), ` · ${w.about} · ${hm(w.made / 1000)}`, w.refused ? h("br") : null, w.refused),
    w.refused ? h("button", { class: "small", onclick: () => forget(w.id) }, gettext("Dismiss")) : null)));
  const button = $("#file");
  if (button) button.disabled = mine().some((w) => !w.refused);
  if (mine().some((w) => w.refused)) $("#unsent").scrollIntoView({ block: "center" });
}
on("unsent", draw);
on("sent", () => {
  if (mine().length) return;
  localStorage.removeItem(DRAFT);
  location.assign(`/orders/${order.id}/boarding/`);
});

function fill(values) {
  for (const el of form.elements) {
    if (!el.name || values[el.name] === undefined || values[el.name] === null) continue;
    if (el.type === "radio") el.checked = el.value === values[el.name];
    else el.value = values[el.name];
  }
  for (const o of values.officers ?? []) addOfficer(o);
  for (const p of values.crew ?? []) addHand(p);
  for (const b of values.basis ?? []) addBasis(b);
}

function begin() {
  const kept = form.dataset.correct ? null : localStorage.getItem(DRAFT);
  const values = JSON.parse($("#values").textContent);
  fill(kept ? { ...JSON.parse(kept), ...(order.result ? { result: order.result } : {}) } : values);
  const asked = new URLSearchParams(location.search).get("result");
  if (asked && !order.result && !kept) fill({ result: asked });
  while ($$("#officers .record-line").length < 2) addOfficer();
  if (!$("#crew .record-line")) addHand({ role: gettext("master") });
  shape(form);
  form.addEventListener("input", () => {
    shape(form);
    if (!form.dataset.correct) localStorage.setItem(DRAFT, JSON.stringify(told(form)));
  });
  $("#add-officer").addEventListener("click", () => addOfficer());
  $("#add-hand").addEventListener("click", () => addHand());
  $("#add-basis").addEventListener("click", () => addBasis());
  for (const b of $$("[data-basis]")) {
    b.addEventListener("click", () => {
      const [law, version, article] = b.dataset.basis.split("|");
      addBasis({ law, version, article });
      b.disabled = true;
    });
  }
  $("#her-fix")?.addEventListener("click", (event) => { form.elements.where.value = event.currentTarget.dataset.fix; });
  form.addEventListener("submit", send);
}

function send(event) {
  event.preventDefault();
  const lacks = missing(form);
  const box = $("#missing");
  box.hidden = !lacks.length;
  if (lacks.length) {
    box.replaceChildren(h("div", {}, h("b", {}, gettext("Still missing")), h("ul", {}, lacks.map(([text, el]) => h("li", {}, h("button", { type: "button", onclick: () => { el.scrollIntoView({ block: "center" }); el.focus(); } }, text))))));
    box.scrollIntoView({ block: "center" });
    return;
  }
  for (const w of mine()) forget(w.id);
  const said = $("[name=result]:checked + span", form).textContent;
  wish(`/api/orders/${order.id}/boarding${form.dataset.correct ? "/correct" : ""}`, told(form), `${gettext("Boarding record")}: ${said}`, OF);
}

if (form) begin();
$("#print")?.addEventListener("click", () => print());
draw();
flush();
document.body.dataset.ready = "1";
