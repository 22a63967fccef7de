// The watch floor starts here.
import { boot } from "huanqiong/lib/boot.js";
import { clock, emit, nowOf, on, select, setClock } from "huanqiong/lib/bus.js";
import { connect } from "huanqiong/lib/stream.js";
import { sounding } from "huanqiong/lib/sound.js";
import { get } from "huanqiong/lib/api.js";
import { $, h } from "huanqiong/lib/dom.js";
import { toast } from "huanqiong/lib/toast.js";
import { day, shipClassName } from "huanqiong/lib/format.js";
import { palette } from "huanqiong/map/palette.js";
import { alerts, refresh } from "huanqiong/watch/store.js";
import * as timeline from "huanqiong/watch/timeline.js";
import * as map from "huanqiong/watch/map.js";
import { isSounding } from "huanqiong/watch/queue.js";
import "huanqiong/watch/detail.js";
import "huanqiong/watch/keys.js";

const c = boot.store.clock;
Object.assign(clock, { mode: c.mode, t0: c.t0, t1: c.t1, skew: c.at - Date.now() / 1000, replaying: false });
clock.at = Math.round(c.at);

on("alerts", () => sounding(alerts.all.some(isSounding)));

// While the clock moves by itself the queue follows it, at most once a second.
let soon = null;
on("clock", ({ from }) => {
  if (from === "tick" || from === "start") return;
  if (soon) return;
  soon = setTimeout(() => {
    soon = null;
    refresh();
  }, from === "play" ? 1000 : 250);
});

// Following a feed: the strip moves with the time that the server's answers carry.
function follow(t) {
  clock.t1 = Math.max(clock.t1, t);
  const over = clock.t1 - timeline.view.t1;
  if (over > 0) {
    timeline.view.t0 += clock.mode === "live" ? over : 0;
    timeline.view.t1 += over;
  }
  if (!clock.replaying) setClock(clock.t1, "tick");
}
on("heard", ({ at, mode }) => (mode && mode !== clock.mode ? resync() : follow(at)));
if (c.mode === "live") setInterval(() => follow(nowOf()), 5000);
{
  let told = 0;
  on("stream:vessels", () => {
    if (Date.now() - told < 30000) return;
    told = Date.now();
    timeline.read();
  });
}

const legend = $("#legend ul");
function drawLegend() {
  const p = palette();
  const svg = (path, fill) => {
    const el = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    el.setAttribute("viewBox", "0 0 16 16");
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
    shape.setAttribute("d", path);
    shape.setAttribute("fill", fill);
    el.append(shape);
    return el;
  };
  const arrow = "M8 1 13 14 8 11 3 14z";
  legend.replaceChildren(
    ...["fishing", "cargo", "tanker", "passenger", "fast", "service", "tug", "pleasure", "other"].map((k) => h("li", {}, svg(arrow, p[k]), shipClassName(k))),
    h("li", {}, svg("M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z", p.other), gettext("stopped, or no course")),
    h("li", {}, svg("M8 .5 15.5 8 8 15.5.5 8z", p[3]), gettext("high")), h("li", {}, svg("M8 1 15 14H1z", p[2]), gettext("medium")), h("li", {}, svg("M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z", p[1]), gettext("low")),
    h("li", {}, svg("M1 7h4v2H1zm5 0h4v2H6zm5 0h4v2h-4z", p.gap), gettext("silent stretch of a track")));
}
drawLegend();
addEventListener("hq-theme", drawLegend);

// Days that do not touch are chosen, not scrolled over.
function parts() {
  const box = $("#time-part");
  box.hidden = c.parts.length < 2;
  for (const [t0, t1] of c.parts) {
    const [a, b] = [day(t0), day(t1)];
    box.append(h("option", { value: `${t0}|${t1}`, selected: clock.at >= t0 && clock.at <= t1 + 1 }, a === b ? a : `${a} – ${b.slice(5)}`));
  }
  box.addEventListener("change", () => {
    const [t0, t1] = box.value.split("|").map(Number);
    Object.assign(clock, { t0, t1, replaying: false });
    emit("other-days");
    setClock(t1, "part");
    timeline.start();
  });
}

// An archive into which a feed begins to play becomes a live picture.
let checking = false;
async function resync() {
  if (checking) return;
  checking = true;
  const now = (await get("/api/store").finally(() => { checking = false; })).clock;
  if (now.mode === "as_of" || now.mode === clock.mode) return;
  Object.assign(clock, { mode: now.mode, t0: now.t0, t1: now.t1, skew: now.at - Date.now() / 1000, replaying: false });
  toast(gettext("A live feed has begun: the map follows it."), "good");
  emit("other-days");
  setClock(now.at, "now");
  timeline.start();
}
on("stream:vessels", () => clock.mode === "as_of" && resync());

setClock(clock.at, "start");
const queue = refresh();
connect();
await Promise.all([map.start(), timeline.start(), queue]);
const wanted = Number(new URLSearchParams(location.search).get("alert"));
const first = wanted ? (alerts.byId.get(wanted) ?? { id: wanted, mmsi: null }) : null;
parts();
if (first) select({ alert: first.id, mmsi: first.mmsi, from: "start" });
document.body.dataset.ready = "1";
