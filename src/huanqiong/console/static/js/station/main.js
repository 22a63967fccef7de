// The clerk's page: a departure in a few taps, a return in one, with or without a network.
import { boot } from "huanqiong/lib/boot.js";
import { on } from "huanqiong/lib/bus.js";
import { clearAtSignOut, clearDevice } from "huanqiong/lib/device.js";
import { $, h, icon } from "huanqiong/lib/dom.js";
import { hm } from "huanqiong/lib/format.js";
import { toast } from "huanqiong/lib/toast.js";
import { flush, forget, unsent, wish } from "huanqiong/lib/unsent.js";
import { choose, copy, nowT, read, station, stationName } from "huanqiong/station/copy.js";
import { find } from "huanqiong/station/find.js";
import { ask, close } from "huanqiong/station/leaving.js";
import { draw as drawLists } from "huanqiong/station/lists.js";
import { boats, latest, trips } from "huanqiong/station/merge.js";

const HITS = 8;
let why = ""; // why the station could not be read: "", away, signed_out, or the server's words
let kept = "wait"; // whether the page opens without a network: wait, yes, no, insecure

const log = (body, about, of = "sailing:log", path = "/api/shore/sailings") => wish(path, { station: station(), sent_at: 0, ...body }, about, of);

function leave(body) {
  log(body, `${gettext("left")}: ${body.name}`);
  toast(interpolate(gettext("%s: logged as out"), [body.name]), "good");
  $("#q").value = "";
  draw();
}

function back(t) {
  const at = String(Math.round(nowT(latest())));
  log({ kind: "return", boat: t.boat, name: t.name, at }, `${gettext("came back")}: ${t.name}`);
  toast(interpolate(gettext("%s: logged as back"), [t.name]), "good");
  draw();
}

function undo(e, t, kind) {
  if (e.waits) forget(e.waits); // nobody else has seen it
  else {
    const body = { kind, station: e.station, boat: t.boat, name: t.name, at: String(Math.round(e.t)), void: true };
    log(body, `${gettext("taken back")}: ${t.name}`, "sailing:undo", `/api/shore/sailings/${e.id}/correct`);
  }
  toast(interpolate(gettext("%s: taken back; the log keeps both entries"), [t.name]), "good");
  draw();
}

function drawHits() {
  const q = $("#q").value;
  const all = boats();
  const away = new Set(trips().filter((t) => t.state === "out" || t.state === "overdue").map((t) => t.boat));
  const rest = all.filter((b) => !away.has(b.code)).sort((a, b) => (b.sailed_t ?? 0) - (a.sailed_t ?? 0)).slice(0, boot.rules.last);
  const found = q.trim() ? find(all, q, HITS) : rest.map((b) => [b, "sure"]);
  const exact = found.some(([, how]) => how === "sure");
  const rows = found.map(([b, how]) => h("button", { type: "button", class: `hit${how === "slip" ? " slip" : ""}`, onclick: () => pick(b) }, h("b", {}, b.name), h("small", {}, [b.township, away.has(b.code) && gettext("is out"), how === "slip" && gettext("similar")].filter(Boolean).join(" · "))));
  if (q.trim().length > 2 && !exact) rows.push(h("button", { type: "button", class: "hit new", onclick: () => pick({ code: "", name: q.trim(), crew: [] }) }, icon("plus"), h("b", {}, q.trim()), h("small", {}, gettext("not in the register: log her by this name"))));
  $("#hits").replaceChildren(...rows);
}

function pick(b) {
  ask(b, leave);
  $("#hits").replaceChildren();
}

// What of other clerks waits on this device: it is sent when they sign in.
function others() {
  const start = `hq.unsent.${boot.store.name}.`;
  const keys = Object.keys(localStorage).filter((k) => k.startsWith(start) && k !== `${start}${boot.person.code}`);
  return keys.reduce((n, k) => n + JSON.parse(localStorage.getItem(k) ?? "[]").length, 0);
}

function drawState() {
  const n = unsent().filter((w) => !w.refused).length;
  const chip = $("#sent");
  chip.className = `chip ${n || why ? "mid" : "good"}`;
  chip.replaceChildren(icon(n || why ? "wifi-off" : "check"), n ? interpolate(ngettext("%s not sent yet", "%s not sent yet", n), [n]) : why === "away" ? gettext("no network") : gettext("all sent"));
  const word = $("#word");
  const other = others();
  const lines = [
    boot.stations.length ? null : h("span", {}, gettext("No station's log is yours to keep: ask an administrator.")),
    why === "signed_out" ? h("span", {}, gettext("Your session has ended. What you log is kept here."), " ", h("a", { class: "button small", href: `/sign-in/?next=${encodeURIComponent("/station/")}` }, gettext("Sign in to send"))) : null,
    why === "away" ? h("span", {}, copy() ? interpolate(gettext("No network. The list is of %s; what you log is kept here and sent later."), [hm(copy().read_ms / 1000)]) : gettext("No network, and this device has not read its station yet.")) : null,
    why && why !== "away" && why !== "signed_out" ? h("span", {}, why) : null,
    other ? h("span", {}, interpolate(ngettext("%s entry of another clerk waits on this device: it is sent when they sign in.", "%s entries of other clerks wait on this device: they are sent when they sign in.", other), [other])) : null,
  ].filter(Boolean);
  word.replaceChildren(icon("info"), h("div", { class: "stack" }, lines));
  word.hidden = !lines.length;
  const opens = { wait: gettext("Getting ready to open without a network…"), yes: gettext("Opens without a network."), no: gettext("Does not open without a network yet: keep it open once with one."), insecure: gettext("Does not open without a network: the address is not a secure one (https).") }[kept];
  const boatsKept = copy()?.boats.length ?? 0;
  $("#kept").textContent = `${opens} ${interpolate(gettext("Kept on this device: the page, %s boats with their crews of last time, who is out, and %s entries not sent yet. Signing out clears all but these."), [boatsKept, n])}`;
  $("#unsent").replaceChildren(...unsent().filter((w) => w.refused).map((w) => h("li", { class: "hint bad" }, icon("circle-alert"), h("span", {}, h("b", {}, gettext("Not accepted")), ` · ${w.about} · ${hm(w.made / 1000)}`, h("br"), w.refused), h("button", { class: "small", onclick: () => forget(w.id) }, gettext("Dismiss")))));
}

function draw() {
  $("#where b").textContent = stationName() || gettext("Choose a station");
  if (!station()) menu(true);
  drawState();
  if ($("#leaving").hidden) drawHits();
  drawLists({ back, undo });
}

function menu(open) {
  $("#menu").hidden = !open;
  $("#where").setAttribute("aria-expanded", String(open));
}

async function reread() {
  why = await read();
  draw();
}

$("#choose").replaceChildren(...(station() ? [] : [h("option", { value: "" }, "–")]), ...boot.stations.map((s) => h("option", { value: s.code, selected: s.code === station() }, s.name)));
$("#choose").addEventListener("change", async (event) => {
  if (!event.target.value) return;
  close();
  menu(false);
  const reading = choose(event.target.value);
  draw();
  why = await reading;
  draw();
});
$("#where").addEventListener("click", () => menu($("#menu").hidden));
$("#again").addEventListener("click", reread);
$("#theme").addEventListener("click", () => window.hqToggleTheme());
$("#clear").addEventListener("click", async () => {
  await clearDevice();
  kept = "no";
  draw();
  toast(gettext("Cleared. What was not sent yet is still here."), "good");
});
$("#q").addEventListener("input", () => { close(); drawHits(); });
$("#q").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault(); // or the same key would press the button that is focused next
  $("#hits button")?.click();
});
clearAtSignOut($("#leave"));
on("unsent", draw);
on("copy", draw);
on("sent", () => { flush(); reread(); });
on("unsent-why", (status) => { why = status === 401 ? "signed_out" : "away"; draw(); });
addEventListener("online", () => { flush(); reread(); });
addEventListener("offline", () => { why = "away"; draw(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") reread(); });
setInterval(() => drawLists({ back, undo }), 30_000);

async function stay() {
  if (!("serviceWorker" in navigator)) {
    kept = "insecure";
    return draw();
  }
  navigator.serviceWorker.addEventListener("message", (event) => {
    kept = event.data.kept ? "yes" : "no";
    draw();
  });
  // Without a network the worker that is there stays.
  const made = await navigator.serviceWorker.register("/station/worker.js", { scope: "/station/" }).catch(() => null);
  if (!made && !navigator.serviceWorker.controller) {
    kept = "no";
    return draw();
  }
  const ready = await navigator.serviceWorker.ready;
  ready.active.postMessage("keep");
}

draw();
reread().then(flush);
stay();
document.body.dataset.ready = "1";
