// The bar of every page: clock, sources' ages, search, theme, help, sound, and what happens without a connection.
import { boot } from "huanqiong/lib/boot.js";
import { clock, emit, following, nowOf, on } from "huanqiong/lib/bus.js";
import { $, $$, h, icon, typing } from "huanqiong/lib/dom.js";
import { day, dayTime, hms, span } from "huanqiong/lib/format.js";
import { get } from "huanqiong/lib/api.js";
import { enableSound, soundReady } from "huanqiong/lib/sound.js";
import { connect } from "huanqiong/lib/stream.js";
import { follow } from "huanqiong/lib/told.js";
import { clearAtSignOut } from "huanqiong/lib/device.js";
import { toast } from "huanqiong/lib/toast.js";

for (const b of $$("[data-theme-switch]")) b.addEventListener("click", () => window.hqToggleTheme());
for (const form of $$("form[data-sure]")) form.addEventListener("submit", (e) => confirm(form.dataset.sure) || e.preventDefault());
clearAtSignOut($('form[action="/sign-out/"]'));
for (const b of $$("[data-copy]")) b.addEventListener("click", () => navigator.clipboard.writeText(b.dataset.copy));

// clock
const store = boot.store;
if (store) {
  const c = store.clock;
  if (!clock.at) Object.assign(clock, { mode: c.mode, t0: c.t0, t1: c.t1, skew: c.at - Date.now() / 1000, at: Math.round(c.at) });
  const box = $("#clock");
  const tick = () => {
    const t = following() && clock.mode === "live" ? nowOf() : clock.at;
    $("b", box).textContent = hms(t);
    $("small", box).textContent = `${day(t)} · ${following() ? (clock.mode === "live" ? gettext("live") : gettext("played feed")) : gettext("as of")} · UTC+8`;
    box.classList.toggle("replay", Boolean(clock.replaying));
  };
  tick();
  setInterval(tick, 1000);
  on("clock", tick);

  // sources
  const feeds = $("#feeds");
  let sources = store.sources;
  const read = Date.now();
  const draw = () => {
    const grown = (Date.now() - readAt) / 1000;
    const rows = sources.map((s) => ({ ...s, age_s: s.age_s === null || s.state === "ended" ? s.age_s : s.age_s + grown }));
    for (const s of rows) if (s.state === "ok" && s.age_s > s.late_s) Object.assign(s, { state: "late", state_name: gettext("late") });
    const worst = ["cut", "failing", "late"].map((state) => rows.find((s) => s.state === state)).find(Boolean) ?? rows[0];
    feeds.className = `feeds ${worst?.state ?? ""}`;
    feeds.replaceChildren(h("span", { class: `dot ${!worst || worst.state === "ended" ? "ok" : worst.state === "never" ? "late" : worst.state}` }),
      worst ? (worst.state === "failing" ? `${worst.name} ${worst.state_name}` : worst.state === "ended" ? interpolate(ngettext("%s source", "%s sources", rows.length), [rows.length]) : `${worst.name} ${worst.age_s === null ? "–" : span(worst.age_s)}`) : gettext("no source"));
    $("#feed-list").replaceChildren(...rows.map((s) => h("tr", {}, h("td", {}, h("span", { class: "row", style: { gap: "6px", flexWrap: "nowrap" } }, h("span", { class: `dot ${s.state === "ended" ? "ok" : s.state === "never" ? "late" : s.state}` }), s.name)),
      h("td", {}, s.state_name, s.said ? h("small", { class: "faint" }, s.said) : null),
      h("td", { class: "num" }, s.age_s === null ? "–" : s.state === "ended" ? dayTime(s.last_t) : span(s.age_s)))));
    emit("feeds", rows);
  };
  let readAt = read;
  draw();
  setInterval(draw, 5000);
  const reread = async () => {
    try {
      sources = (await get("/api/store")).sources;
      readAt = Date.now();
      draw();
    } catch {
      // the offline notice speaks
    }
  };
  on("stream:feed", reread);
  on("stream:vessels", () => Date.now() - readAt > 10000 && reread());
  on("map-ready", draw);
}

// connection
const offline = $("#offline");
let lost = null;
const say = (yes) => { if (offline) offline.hidden = yes; };
on("link", (yes) => {
  clearTimeout(lost);
  if (yes) say(true);
  else lost = setTimeout(() => say(false), 4000);
});
addEventListener("offline", () => say(false));
addEventListener("online", () => say(true));

// distress anywhere: every page shows it and takes the person to the floor
const alarm = $("#alarm");
const hear = async () => {
  if (!alarm || document.body.classList.contains("floor")) return;
  try {
    const rows = (await get("/api/alerts?state=open,claimed&limit=20")).filter((a) => a.distress && !a.test && !a.acknowledged_at);
    alarm.hidden = !rows.length;
    if (rows.length) $("a", alarm).href = `/?alert=${rows[0].id}`;
  } catch {
    // no right to see alerts, or no link
  }
};
if (boot.may?.includes("watch.view")) {
  on("stream:distress", hear);
  hear();
  follow();
  connect();
}

// a handover that waits for this person's signature
on("stream:handover", (e) => {
  if (e?.person === boot.person?.code && location.pathname !== "/handover/") toast(gettext("A handover waits for you: open Handover."), "good");
});

// sound needs one gesture
const sound = $("#sound");
if (sound) {
  const draw = () => {
    sound.title = soundReady() ? gettext("Alarm sound is on") : gettext("Enable the alarm sound");
    sound.setAttribute("aria-label", sound.title);
    sound.classList.toggle("chip", false);
    $("use", sound).setAttribute("href", `${document.documentElement.dataset.static}vendor/lucide/sprite.svg#${soundReady() ? "volume-2" : "volume-x"}`);
    const label = $("span", sound);
    if (label) label.hidden = soundReady();
  };
  const arm = async () => {
    await enableSound();
    draw();
  };
  sound.addEventListener("click", arm);
  addEventListener("pointerdown", arm, { once: true });
  addEventListener("keydown", arm, { once: true });
  draw();
}

// search with live suggestions
const find = $("#find");
if (find) {
  const list = $("#find-list");
  let asked = null;
  let timer = null;
  let chosen = -1;
  const hide = () => {
    list.hidden = true;
    find.setAttribute("aria-expanded", "false");
    chosen = -1;
  };
  const ask = async () => {
    const q = find.value.trim();
    asked?.abort();
    if (q.length < 2) return hide();
    asked = new AbortController();
    try {
      const rows = await get(`/api/vessels?q=${encodeURIComponent(q)}&limit=8`, asked.signal);
      list.replaceChildren(...(rows.length ? rows.map((v, i) => h("a", { href: v.mmsi ? `/vessels/${v.mmsi}/` : `/boats/?q=${encodeURIComponent(v.name)}`, role: "option", id: `find-${i}` }, h("b", {}, v.name || `MMSI ${v.mmsi}`), h("span", { class: "mono faint" }, v.mmsi),
        h("small", {}, [v.callsign, v.imo && `IMO ${v.imo}`, v.type_name, v.matched && `${gettext("found by")} ${v.matched}`, v.how === "guess" && gettext("guess"), v.why].filter(Boolean).join(" · ")))) : [h("p", {}, gettext("Nothing found. Try a part of the name, an MMSI, an IMO number or a call sign."))]));
      list.hidden = false;
      find.setAttribute("aria-expanded", "true");
      chosen = -1;
    } catch (error) {
      if (error.name !== "AbortError") hide();
    }
  };
  find.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  find.addEventListener("keydown", (event) => {
    const rows = $$("a", list);
    if (event.key === "Escape") { hide(); find.blur(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen = Math.max(0, Math.min(rows.length - 1, chosen + (event.key === "ArrowDown" ? 1 : -1)));
      rows.forEach((r, i) => r.setAttribute("aria-selected", String(i === chosen)));
      find.setAttribute("aria-activedescendant", `find-${chosen}`);
    }
    if (event.key === "Enter" && chosen >= 0 && rows[chosen]) { event.preventDefault(); location.assign(rows[chosen].href); }
  });
  document.addEventListener("click", (e) => e.target.closest(".find") || hide());
}

// help, and keys that work on every page
const help = $("#help");
$("#help-open")?.addEventListener("click", () => help.showModal());
for (const b of $$("dialog [data-close]")) b.addEventListener("click", () => b.closest("dialog").close());
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  if (event.key === "/" && find) { event.preventDefault(); find.focus(); find.select(); }
  if (event.key === "?" && help) { event.preventDefault(); help.showModal(); }
  if (event.key === "d") window.hqToggleTheme();
  if (event.key === "l" && boot.may?.includes("watch.log") && !document.body.classList.contains("floor")) { event.preventDefault(); log(); }
});

// the duty log: written from any page; on the watch floor the chosen alert goes with it (keys.js)
async function log() {
  const { write } = await import("huanqiong/lib/duty_dialog.js");
  if (await write() && location.pathname === "/duty/") location.reload();
}

// pages that do not fit the bar fold into the menu beside them
const nav = $(".nav");
const more = $(".more");
if (nav && more) {
  const out = () => $$("a", nav).filter((a) => a.offsetTop - nav.offsetTop >= nav.clientHeight);
  const fold = () => {
    more.hidden = true;
    if (out().length) more.hidden = false;
    const folded = out();
    for (const a of $$("a", nav)) a.classList.toggle("folded", folded.includes(a));
    more.classList.toggle("here", folded.some((a) => a.hasAttribute("aria-current")));
  };
  new ResizeObserver(fold).observe(nav.parentElement);
  fold();
}

// popovers stand under the button that opened them
for (const b of $$("[popovertarget]")) {
  const menu = document.getElementById(b.getAttribute("popovertarget"));
  menu.addEventListener("toggle", () => {
    const r = b.getBoundingClientRect();
    menu.style.top = `${r.bottom + 5}px`;
    menu.style.left = `${Math.max(6, Math.min(r.left, innerWidth - menu.offsetWidth - 8))}px`;
  });
}
for (const t of $$("time[data-t]")) t.textContent = dayTime(t.dataset.t);
export const sign = icon;
