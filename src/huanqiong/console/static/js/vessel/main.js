// The page of one vessel: its way on the map, speed and course over time, its events on both.
import { get } from "huanqiong/lib/api.js";
import { boot } from "huanqiong/lib/boot.js";
import { clock } from "huanqiong/lib/bus.js";
import { $, $$, h, icon } from "huanqiong/lib/dom.js";
import { dayTime, number, place } from "huanqiong/lib/format.js";
import { chart, point } from "huanqiong/map/chart.js";
import { eventLayer } from "huanqiong/map/events.js";
import { trackFeatures, trackLayers } from "huanqiong/map/tracks.js";
import { speedPlot } from "huanqiong/vessel/plot.js";

const { vessel, verdicts } = boot;
const c = boot.store.clock;
let at = c.at;
let hours = 24;
const map = await chart($("#map"), boot.store.view ?? [107.9, 17.75, 112.1, 21.1]);
const ways = trackLayers(map);
const showEvents = eventLayer(map);
const plot = speedPlot($("#plot"), (t) => spot(t));
let track = { t: [], lat: [], lon: [], sog: [], cog: [] };
let marked = null;

async function load() {
  const t0 = hours > 100 ? Math.max(at - 31 * 86400, c.t0 > at ? 0 : c.t0) : at - hours * 3600;
  track = await get(`/api/sea/track/${vessel.mmsi}?t0=${Math.floor(t0)}&t1=${Math.ceil(at)}`);
  if (!track.t.length && verdicts.length && at === c.at) {
    at = Math.min(c.at, Date.parse(verdicts[0].t1) / 1000 + 600); // an archive of several days: go where it was heard
    return load();
  }
  $("#track-say").textContent = track.t.length
    ? `${dayTime(track.t[0])} – ${dayTime(track.t.at(-1))} · ${interpolate(gettext("%s positions"), [number(track.n)])}`
    : gettext("not heard in this time");
  ways.show(trackFeatures(track));
  const inside = verdicts.filter((v) => v.lat !== null);
  showEvents(inside.map((v) => ({ ...v, id: v.id, state: "open" })), marked);
  if (track.t.length) {
    ways.spots([[track.lon.at(-1), track.lat.at(-1)]]);
    fit();
  } else if (inside.length) map.jumpTo({ center: [inside[0].lon, inside[0].lat], zoom: 8 });
  plot(track, verdicts);
}

function fit() {
  const [w, e] = [Math.min(...track.lon), Math.max(...track.lon)];
  const [s, n] = [Math.min(...track.lat), Math.max(...track.lat)];
  const rim = Math.max(0, 0.6 - (n - s), 0.6 - (e - w)) / 2; // one that lay at anchor still shows where: with coast
  map.fitBounds([[w - rim, s - rim], [e + rim, n + rim]], { padding: 46, maxZoom: 12, animate: false });
}

// A time on the plot is a point on the map.
function spot(t) {
  if (!track.t.length) return;
  let i = track.t.findIndex((x) => x >= t);
  if (i < 0) i = track.t.length - 1;
  ways.spots([[track.lon[i], track.lat[i]]]);
}

for (const b of $$("#spans button")) {
  b.addEventListener("click", () => {
    hours = Number(b.dataset.h);
    for (const other of $$("#spans button")) other.setAttribute("aria-pressed", String(other === b));
    load();
  });
}
for (const row of $$("[data-event]")) {
  const show = () => {
    const v = verdicts.find((x) => String(x.id) === row.dataset.event);
    marked = v.id;
    for (const r of $$("[data-event]")) r.setAttribute("aria-selected", String(r === row));
    const end = Date.parse(v.t1) / 1000;
    if (end > at || end < at - hours * 3600) {
      at = Math.min(clock.t1 || end + 3600, end + 3600);
      load();
    } else {
      showEvents(verdicts.filter((x) => x.lat !== null).map((x) => ({ ...x, state: "open" })), marked);
    }
    if (v.lat !== null) map.easeTo({ center: [v.lon, v.lat], zoom: Math.max(9, map.getZoom()), duration: 300 });
  };
  row.addEventListener("click", (e) => e.target.closest("a") || show());
  row.addEventListener("keydown", (e) => e.key === "Enter" && show());
}
map.on("mousemove", (e) => { $("#map-cursor").textContent = place(e.lngLat.lat, e.lngLat.lng); });
load().catch((error) => $("#plot").replaceChildren(h("div", { class: "empty" }, icon("circle-alert"), error.message)));
document.body.dataset.ready = "1";
export { point };
