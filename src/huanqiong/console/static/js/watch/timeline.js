// The day as a strip: how much was heard, when alerts became known, and where the clock stands. Drag to scrub, space to replay.
import { get } from "huanqiong/lib/api.js";
import { clock, emit, nowOf, on, select, selected, setClock } from "huanqiong/lib/bus.js";
import { $ } from "huanqiong/lib/dom.js";
import { dayTime, hm, day, number } from "huanqiong/lib/format.js";
import { palette } from "huanqiong/map/palette.js";
import { alerts } from "huanqiong/watch/store.js";

const box = $("#time-box");
const canvas = $("canvas", box);
const STEPS = [10, 30, 60, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
const SPEEDS = [60, 300, 900, 3600];
export const view = { t0: 0, t1: 1 };
let activity = null;
let asking = null;
let speed = 300;
let playing = false;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const xOf = (t) => ((t - view.t0) / (view.t1 - view.t0)) * box.clientWidth;
const tOf = (x) => view.t0 + (x / box.clientWidth) * (view.t1 - view.t0);

export async function read() {
  asking?.abort();
  asking = new AbortController();
  const bins = Math.max(40, Math.min(360, Math.floor(box.clientWidth / 5)));
  try {
    activity = await get(`/api/sea/activity?t0=${Math.floor(view.t0)}&t1=${Math.ceil(view.t1)}&bins=${bins}`, asking.signal);
    draw();
  } catch (error) {
    if (error.name !== "AbortError") activity = null;
  }
}

let wanted = false;
export function draw() {
  if (wanted) return;
  wanted = true;
  requestAnimationFrame(() => {
    wanted = false;
    paint();
  });
}

function paint() {
  const ratio = window.devicePixelRatio || 1;
  const [w, hgt] = [box.clientWidth, box.clientHeight];
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(hgt * ratio)) {
    canvas.width = Math.round(w * ratio);
    canvas.height = Math.round(hgt * ratio);
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, w, hgt);
  const c = palette();
  const [ink, faint, lineColour, raise] = [css("--ink-2"), css("--ink-3"), css("--line"), css("--raise")];
  const base = hgt - 20;
  const top = 26;
  g.font = `11px ${css("--font")}`;
  g.textBaseline = "middle";
  // hours
  const step = STEPS.find((s) => xOf(view.t0 + s) >= 74) ?? STEPS.at(-1);
  const shift = 8 * 3600;
  for (let t = Math.ceil((view.t0 + shift) / step) * step - shift; t <= view.t1; t += step) {
    const x = xOf(t);
    const midnight = (t + shift) % 86400 === 0;
    g.fillStyle = midnight ? css("--line-strong") : lineColour;
    g.fillRect(Math.round(x), top - 8, 1, base - top + 12);
    g.fillStyle = midnight ? ink : faint;
    const text = midnight ? day(t).slice(5) : hm(t);
    if (x > 4 && x < w - 34) g.fillText(text, x + 4, hgt - 9);
  }
  if (activity) {
    const n = activity.positions.length;
    const most = Math.max(1, ...activity.positions);
    const bw = (xOf(activity.t1) - xOf(activity.t0)) / n;
    g.fillStyle = document.documentElement.dataset.theme === "light" ? "#b9cde2" : "#24384d";
    for (let i = 0; i < n; i += 1) {
      const hh = (activity.positions[i] / most) * (base - top) * 0.8;
      if (hh > 0) g.fillRect(xOf(activity.t0) + i * bw, base - Math.max(1, hh), Math.max(0.6, bw - 0.7), Math.max(1, hh));
    }
    const sums = activity.positions.map((_, i) => [1, 2, 3].reduce((s, k) => s + (activity.alerts[k]?.[i] ?? 0), 0));
    const peak = Math.max(3, ...sums);
    for (let i = 0; i < n; i += 1) {
      let y = base;
      for (const k of [3, 2, 1]) {
        const v = activity.alerts[k]?.[i] ?? 0;
        if (!v) continue;
        const hh = Math.max(3, (v / peak) * (base - top));
        g.fillStyle = c[k];
        g.fillRect(xOf(activity.t0) + i * bw, y - hh, Math.max(2, bw - 0.7), hh);
        y -= hh;
      }
    }
  }
  // what lies after the clock has not happened yet
  const now = xOf(clock.at);
  if (now < w) {
    g.fillStyle = css("--panel");
    g.globalAlpha = 0.72;
    g.fillRect(Math.max(0, now), top - 8, w - Math.max(0, now), base - top + 9);
    g.globalAlpha = 1;
  }
  for (const a of alerts.all) if (a.tier > 1) mark(g, a, c, top - 13);
  for (const a of alerts.all) if (a.tier <= 1) mark(g, a, c, top - 13);
  const chosen = alerts.byId.get(selected.alert);
  if (chosen) {
    const [x0, x1] = [xOf(Date.parse(chosen.t0) / 1000), xOf(Date.parse(chosen.t1) / 1000)];
    g.fillStyle = css("--accent");
    g.globalAlpha = 0.2;
    g.fillRect(x0, top - 4, Math.max(2, x1 - x0), base - top + 4);
    g.globalAlpha = 1;
    g.fillRect(x0, base - 2, Math.max(2, x1 - x0), 3);
    mark(g, chosen, c, top - 13, true);
  }
  g.fillStyle = clock.replaying ? css("--mid") : css("--ink");
  g.fillRect(Math.round(now) - 1, top - 10, 2, base - top + 14);
  const label = hm(clock.at);
  const wide = g.measureText(label).width + 12;
  const lx = Math.max(2, Math.min(w - wide - 2, now - wide / 2));
  g.beginPath();
  g.roundRect(lx, base + 2, wide, 16, 3);
  g.fill();
  g.fillStyle = raise;
  g.fillText(label, lx + 6, base + 10);
}

function mark(g, a, c, y, big = false) {
  const x = xOf(Date.parse(a.known_at ?? a.t1) / 1000);
  if (x < -6 || x > box.clientWidth + 6) return;
  const r = big ? 7 : a.distress ? 5.5 : a.tier <= 1 ? 4.6 : 2.6;
  const level = a.distress ? 9 : Math.max(1, a.severity);
  g.beginPath();
  if (level === 3) { g.moveTo(x, y - r); g.lineTo(x + r, y); g.lineTo(x, y + r); g.lineTo(x - r, y); }
  else if (level === 2) { g.moveTo(x, y - r); g.lineTo(x + r, y + r * 0.8); g.lineTo(x - r, y + r * 0.8); }
  else if (level === 9) g.rect(x - r, y - r, 2 * r, 2 * r);
  else g.arc(x, y, r * 0.85, 0, 7);
  g.closePath();
  g.globalAlpha = ["judged", "closed", "withdrawn"].includes(a.state) && !big ? 0.4 : big || a.tier <= 1 ? 1 : 0.5;
  g.fillStyle = c[level];
  g.fill();
  g.strokeStyle = big ? css("--ink") : css("--panel");
  g.lineWidth = big ? 1.8 : 1;
  g.stroke();
  g.globalAlpha = 1;
}

export function go(t, from = "time") {
  const end = nowOf();
  const at = Math.max(clock.t0, Math.min(end, t));
  clock.replaying = at < end - (clock.mode === "as_of" ? 1 : 20);
  setClock(at, from);
}

function say() {
  box.setAttribute("aria-valuemin", String(Math.round(view.t0)));
  box.setAttribute("aria-valuemax", String(Math.round(view.t1)));
  box.setAttribute("aria-valuenow", String(clock.at));
  box.setAttribute("aria-valuetext", dayTime(clock.at));
  $("#time-say").textContent = activity ? interpolate(gettext("%s positions"), [number(activity.positions.reduce((a, b) => a + b, 0))]) : "";
}

// pointer: near an alert's mark chooses it, elsewhere scrubs
let dragging = false;
box.addEventListener("pointerdown", (event) => {
  const { x, y } = at(event);
  if (y < 24) {
    let best = null;
    for (const a of alerts.all) {
      const d = Math.abs(xOf(Date.parse(a.known_at ?? a.t1) / 1000) - x);
      if (d < 8 && (!best || d < best.d)) best = { d, a };
    }
    if (best) return void select({ alert: best.a.id, mmsi: best.a.mmsi, from: "time" });
  }
  dragging = true;
  stop();
  box.setPointerCapture(event.pointerId);
  go(tOf(x));
});
box.addEventListener("pointermove", (event) => dragging && go(tOf(at(event).x)));
for (const name of ["pointerup", "pointercancel"]) box.addEventListener(name, () => { dragging = false; });
const at = (event) => {
  const r = box.getBoundingClientRect();
  return { x: event.clientX - r.left, y: event.clientY - r.top };
};
let settle = null;
box.addEventListener("wheel", (event) => {
  event.preventDefault();
  const mid = tOf(at(event).x);
  const factor = Math.exp(event.deltaY * 0.0015);
  zoom(mid - (mid - view.t0) * factor, mid + (view.t1 - mid) * factor);
}, { passive: false });

export function zoom(t0, t1) {
  const least = 120;
  const [lo, hi] = [clock.t0, Math.max(clock.t1, clock.at)];
  if (t1 - t0 < least) return;
  view.t0 = Math.max(lo - 60, t0);
  view.t1 = Math.min(hi + 60, t1);
  draw();
  clearTimeout(settle);
  settle = setTimeout(read, 200);
}

const stepOf = () => Math.max(10, Math.round((view.t1 - view.t0) / 144 / 10) * 10);
box.addEventListener("keydown", (event) => {
  const keys = { ArrowLeft: () => go(clock.at - stepOf()), ArrowRight: () => go(clock.at + stepOf()), PageUp: () => go(clock.at - 6 * stepOf()), PageDown: () => go(clock.at + 6 * stepOf()), Home: () => go(view.t0), End: now };
  if (!keys[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  stop();
  keys[event.key]();
});
on("step", (n) => { stop(); go(clock.at + n * stepOf()); });

// replay
const button = $("#play");
let last = 0;
function frame(t) {
  if (!playing) return;
  const passed = Math.min(0.25, (t - last) / 1000);
  last = t;
  const end = nowOf();
  exact = Math.min(end, exact + passed * speed);
  go(exact, "play");
  if (exact >= end) return stop();
  requestAnimationFrame(frame);
}
let exact = 0;
function play() {
  if (playing) return stop();
  const end = nowOf();
  if (clock.at >= end - 2) go(view.t0);
  playing = true;
  exact = clock.at;
  last = performance.now();
  button.setAttribute("aria-pressed", "true");
  button.title = gettext("Pause");
  $("use", button).setAttribute("href", $("use", button).getAttribute("href").replace("#play", "#pause"));
  requestAnimationFrame(frame);
}
export function stop() {
  if (!playing) return;
  playing = false;
  button.setAttribute("aria-pressed", "false");
  button.title = gettext("Play");
  $("use", button).setAttribute("href", $("use", button).getAttribute("href").replace("#pause", "#play"));
  emit("clock", { at: clock.at, from: "stop" });
}
export function now() {
  stop();
  clock.replaying = false;
  setClock(nowOf(), "now");
}
button.addEventListener("click", play);
on("play", play);
on("now", now);
$("#time-now").addEventListener("click", now);
for (const s of SPEEDS) {
  const b = document.createElement("button");
  b.type = "button";
  b.textContent = `${s}×`;
  b.title = interpolate(gettext("%s seconds a second"), [s]);
  b.setAttribute("aria-pressed", String(s === speed));
  b.addEventListener("click", () => {
    speed = s;
    for (const other of $("#speeds").children) other.setAttribute("aria-pressed", String(other === b));
  });
  $("#speeds").append(b);
}

on("clock", () => { draw(); say(); });
on("alerts", draw);
on("select", draw);
addEventListener("hq-theme", draw);
new ResizeObserver(draw).observe(box);

export async function start() {
  const day1 = 86400;
  view.t1 = clock.t1 + Math.max(60, (clock.t1 - clock.t0) * 0.01);
  view.t0 = clock.mode === "live" ? clock.t1 - day1 : Math.max(clock.t0, clock.t1 - 3 * day1);
  if (view.t1 - view.t0 < 300) view.t0 = view.t1 - 300;
  await read();
  say();
}
