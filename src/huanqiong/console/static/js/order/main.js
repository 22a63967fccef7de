// One order: receipt and outcome that wait for the network, the words to read, how long is left.
import { clock, following, nowOf, on } from "huanqiong/lib/bus.js";
import { $, $$, h, icon } from "huanqiong/lib/dom.js";
import { hm } from "huanqiong/lib/format.js";
import { flush, forget, unsent, wish } from "huanqiong/lib/unsent.js";

const order = JSON.parse($("#order").textContent);
const mine = () => unsent().filter((w) => w.of === `order:${order.id}`);

function draw() {
  const rows = mine();
  $("#unsent").replaceChildren(...rows.map((w) => h("li", { class: w.refused ? "hint bad" : "hint" }, icon(w.refused ? "circle-alert" : "wifi-off"),
    h("span", {}, h("b", {}, w.refused ? gettext("Not accepted") : gettext("Not sent yet")), ` · ${w.about} · ${hm(w.made / 1000)}`, w.refused ? h("br") : null, w.refused),
    w.refused ? h("button", { class: "small", onclick: () => forget(w.id) }, gettext("Dismiss")) : null)));
  const waits = (path) => rows.some((w) => !w.refused && w.path.endsWith(path));
  for (const [form, path] of [["#received", "/acknowledge"], ["#outcome", "/outcome"]]) {
    const button = $(`${form} button`);
    if (button) button.disabled = waits(path);
  }
}
on("unsent", draw);
// What the network brought is read again from the server, not imagined here.
on("sent", () => location.reload());
on("stream:order", (event) => {
  const typing = $$("textarea, input[name=when], input[name=where]").some((el) => el.value) || $("input[type=radio]:checked") !== null;
  if ((event.ids ?? []).includes(order.id) && !typing && !mine().length) location.reload();
});

$("#received")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const d = Object.fromEntries(new FormData(event.target));
  wish(`/api/orders/${order.id}/acknowledge`, { name: d.name, when: d.when, waited_s: 0 }, `${gettext("Received")}: ${d.name} ${d.when}`, `order:${order.id}`);
});

const causes = $("#causes");
for (const radio of $$("#outcome [name=result]")) {
  radio.addEventListener("change", () => {
    causes.hidden = causes.disabled = radio.value !== "not_possible";
  });
}
$("#outcome")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const d = Object.fromEntries(new FormData(event.target));
  if (d.result === "hit") return location.assign(`/orders/${order.id}/boarding/?result=hit`); // filed with its boarding record
  const said = $("[name=result]:checked + span", event.target).textContent;
  wish(`/api/orders/${order.id}/outcome`, { result: d.result, cause: d.cause ?? "", note: d.note, name: d.name ?? "" }, `${gettext("Outcome")}: ${said}`, `order:${order.id}`);
});

// A report is one tap; words, time and place go along where they were written.
let correcting = null;
const report = $("#report");
function correct(id, what) {
  correcting = id;
  $("#correcting").hidden = id === null;
  if (id === null) return;
  $("#correcting span").textContent = interpolate(gettext("Corrects report № %s: what is right?"), [id]);
  $("details", report).open = true;
  report.scrollIntoView({ block: "center" });
  $(`button[value="${what}"]`, report).focus();
}
report?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { value: what, textContent: name } = event.submitter ?? {};
  const d = Object.fromEntries(new FormData(report));
  if (!what) return;
  if (what === "other" && !d.words.trim()) {
    $("details", report).open = true;
    $("[name=words]", report).focus();
    return;
  }
  wish(`/api/orders/${order.id}/report`, { what, words: d.words, when: d.when, where: d.where, corrects: correcting, waited_s: 0 }, `${name.trim()} ${d.when} ${d.words}`.trim(), `order:${order.id}`);
  report.reset();
  correct(null);
});
$("#not-correcting")?.addEventListener("click", () => correct(null));
for (const b of $$("[data-correct]")) b.addEventListener("click", () => correct(Number(b.dataset.correct), b.dataset.what));

// The words fill the screen; where the browser cannot (a phone's page in a frame), a dialog does.
$("#aloud-full").addEventListener("click", () => {
  const text = $(".aloud-text").cloneNode(true);
  const dialog = h("dialog", { class: "aloud-dialog", "aria-label": gettext("Read aloud"), lang: $("#aloud").lang },
    text, h("button", { class: "huge", onclick: () => dialog.close() }, icon("x"), gettext("Close")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
});
$("#print").addEventListener("click", () => print());

const left = $("#left");
function tick() {
  if (order.result || !following() || clock.mode !== "live") return;
  const s = Date.parse(order.deadline) / 1000 - nowOf();
  const m = Math.floor(Math.abs(s) / 60);
  const text = m < 60 ? interpolate(gettext("%s min"), [m]) : m < 2880 ? interpolate(gettext("%s h %s min"), [Math.floor(m / 60), m % 60]) : interpolate(gettext("%s d %s h"), [Math.floor(m / 1440), Math.floor((m % 1440) / 60)]);
  left.textContent = interpolate(s <= 0 ? gettext("%s over") : gettext("%s left"), [text]);
  left.className = `chip ${s <= 0 ? "high" : "mid"}`;
}
setInterval(tick, 15000);
draw();
flush();
document.body.dataset.ready = "1";
