// The watch floor's map: every vessel, the alerts, the chosen vessel's way, the zones.
import { get } from "huanqiong/lib/api.js";
import { boot } from "huanqiong/lib/boot.js";
import { clock, emit, following, on, select, selected } from "huanqiong/lib/bus.js";
import { $, h } from "huanqiong/lib/dom.js";
import { course, number, place, shipClass, shipClassName, span, speed } from "huanqiong/lib/format.js";
import { chart, collection, emptySource } from "huanqiong/map/chart.js";
import { eventLayer } from "huanqiong/map/events.js";
import { HAINAN, fit, someInView } from "huanqiong/map/fit.js";
import { vesselNames } from "huanqiong/map/names.js";
import { palette } from "huanqiong/map/palette.js";
import { trackFeatures, trackLayers, until } from "huanqiong/map/tracks.js";
import { VesselLayer } from "huanqiong/map/vessels.js";
import { alerts } from "huanqiong/watch/store.js";

const box = $("#map-box");
const tracks = new Map();
const said = new Map(); // mmsi → [name, type]: asked for once, not with every step of a replay
let map, layer, names, ways, showEvents, wanted, busy = false, first = true;

export async function start() {
  map = await chart($("#map"), boot.store.view ?? HAINAN);
  map.addSource("zones", emptySource());
  map.addLayer({ id: "zone-fill", type: "fill", source: "zones", paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.07 } });
  map.addLayer({ id: "zone-line", type: "line", source: "zones", paint: { "line-color": ["get", "colour"], "line-width": 1.2, "line-dasharray": [3, 2] } });
  map.addLayer({ id: "zone-name", type: "symbol", source: "zones", minzoom: 6, layout: { "text-field": ["get", "name"], "text-size": 11, "text-font": ["local"], "symbol-placement": "line", "text-offset": [0, 0.8] }, paint: { "text-color": ["get", "colour"], "text-halo-color": palette().halo, "text-halo-width": 1.2 } });
  layer = new VesselLayer();
  map.addLayer(layer, "sea-names");
  ways = trackLayers(map, "vessels");
  names = vesselNames(map, layer);
  showEvents = eventLayer(map);
  pointer();
  get("/api/zones").then((z) => map.getSource("zones").setData(collection(z.features))).catch(() => {});
  await picture();
  $("#map-wait").hidden = true;
  emit("map-ready", map);
}

// Vessels that carry an alert's colour: distress, the first tier, what is claimed and what is chosen. Were every
// vessel of every tier coloured, colour would say nothing.
const standing = () => {
  const out = new Map();
  for (const a of alerts.all) {
    if (a.state !== "open" && a.state !== "claimed") continue;
    if (a.tier > 1 && a.state === "open" && a.id !== selected.alert) continue;
    for (const m of [a.mmsi, a.other_mmsi]) if (m && (out.get(m)?.severity ?? 0) < a.severity) out.set(m, { severity: a.severity, distress: a.distress });
  }
  return out;
};

// The picture at the clock's moment. While one is on its way only the newest wish is kept, so a scrub never queues up.
export async function picture() {
  if (!map) return;
  if (busy) {
    wanted = true;
    return;
  }
  busy = true;
  const at = clock.at;
  try {
    const bare = said.size > 0;
    const p = await get(`/api/sea/picture?at=${at}&window_h=${boot.store.window_h ?? 6}${bare ? "&bare=1" : ""}`);
    if (remember(p, bare)) wanted = true;
    layer.picture = p;
    layer.set(p, standing());
    if (first && p.n && (!boot.store.view || !someInView(map, p))) fit(map, p);
    if (p.n) first = false;
    names();
    drawWays();
    count(p);
  } catch (error) {
    $("#map-count").textContent = error.message;
  }
  busy = false;
  if (wanted || at !== clock.at) {
    wanted = false;
    requestAnimationFrame(picture);
  }
}

// Fills names in from memory; true when a vessel is new and the names must be asked for again.
function remember(p, bare) {
  if (!bare) {
    for (let i = 0; i < p.n; i += 1) said.set(p.mmsi[i], [p.name[i], p.type[i]]);
    return false;
  }
  let unknown = 0;
  p.name = new Array(p.n);
  p.type = new Array(p.n);
  for (let i = 0; i < p.n; i += 1) {
    const known = said.get(p.mmsi[i]);
    if (!known) unknown += 1;
    [p.name[i], p.type[i]] = known ?? ["", null];
  }
  if (unknown) said.clear();
  return unknown > 0;
}

function count(p) {
  $("#map-count").replaceChildren(h("b", {}, number(p.n)), " ", ngettext("vessel", "vessels", p.n));
}

async function track(mmsi) {
  const t1 = Math.max(clock.at, Math.min(clock.t1, clock.at + 24 * 3600));
  const key = `${mmsi}`;
  const have = tracks.get(key);
  if (have && have.t1 >= clock.at && have.t0 <= clock.at - 3600) return have;
  const t0 = Math.max(clock.t0, clock.at - 24 * 3600);
  const got = await get(`/api/sea/track/${mmsi}?t0=${t0}&t1=${t1}`);
  Object.assign(got, { t0, t1 });
  tracks.set(key, got);
  if (tracks.size > 60) tracks.delete(tracks.keys().next().value);
  return got;
}

let shownWays = [];
function drawWays() {
  const features = [];
  const spots = [];
  const chosen = alerts.byId.get(selected.alert);
  for (const { mmsi, track: t, main } of shownWays) {
    const cut = until(t, clock.at);
    features.push(...trackFeatures({ ...cut, ...recent(cut, main ? 24 : 4) }, main));
    const row = layer.rowOf(mmsi);
    if (main && row >= 0) spots.push([layer.picture.lon[row], layer.picture.lat[row]]);
  }
  if (!shownWays.length && selected.mmsi) {
    const row = layer.rowOf(selected.mmsi);
    if (row >= 0) spots.push([layer.picture.lon[row], layer.picture.lat[row]]);
  }
  if (chosen && chosen.lat !== null) spots.push([chosen.lon, chosen.lat, 6]);
  ways.show(features);
  ways.spots(spots);
}

function recent({ t, lat, lon }, hours) {
  const from = clock.at - hours * 3600;
  const i = t.findIndex((x) => x >= from);
  return i <= 0 ? {} : { t: t.slice(i), lat: lat.slice(i), lon: lon.slice(i) };
}

// The chosen vessel's way in full, those of other standing alerts faintly.
let turn = 0;
export async function wayOf() {
  const mine = ++turn;
  const chosen = alerts.byId.get(selected.alert);
  const main = new Set([selected.mmsi, chosen?.mmsi, chosen?.other_mmsi].filter(Boolean));
  const others = [...standing().keys()].filter((m) => !main.has(m)).slice(0, 16);
  const list = [];
  for (const mmsi of [...main, ...others]) {
    const t = await track(mmsi).catch(() => null);
    if (mine !== turn) return;
    if (t?.t.length) list.push({ mmsi, track: t, main: main.has(mmsi) });
    if (list.length === main.size) {
      shownWays = [...list];
      drawWays();
    }
  }
  shownWays = list;
  drawWays();
}

function pointer() {
  const tip = $("#map-tip");
  const cursor = $("#map-cursor");
  map.on("mousemove", (event) => {
    if (event.originalEvent.buttons) return; // a drag moves the sea, it asks nothing
    cursor.textContent = place(event.lngLat.lat, event.lngLat.lng);
    const row = layer.nearest(event.point);
    map.getCanvas().style.cursor = row >= 0 ? "pointer" : "";
    tip.hidden = row < 0;
    if (row < 0) return;
    const p = layer.picture;
    tip.replaceChildren(h("b", {}, p.name[row] || `MMSI ${p.mmsi[row]}`),
      h("small", {}, `${p.mmsi[row]} · ${shipClassName(shipClass(p.type[row]))}`),
      h("small", {}, `${speed(p.sog[row])} · ${course(p.cog[row])} · ${interpolate(gettext("heard %s ago"), [span(p.at - p.t[row])])}`));
    tip.style.left = `${Math.min(event.point.x + 14, box.clientWidth - 250)}px`;
    tip.style.top = `${Math.min(event.point.y + 12, box.clientHeight - 80)}px`;
  });
  for (const name of ["mouseout", "movestart"]) map.on(name, () => { tip.hidden = true; });
  map.on("click", (event) => {
    const hit = map.queryRenderedFeatures([[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]], { layers: ["events"] })[0];
    if (hit) {
      const a = alerts.byId.get(hit.properties.id);
      return select({ alert: a.id, mmsi: a.mmsi, from: "map" });
    }
    const row = layer.nearest(event.point);
    if (row < 0) return;
    const mmsi = layer.picture.mmsi[row];
    const a = alerts.all.find((x) => x.mmsi === mmsi || x.other_mmsi === mmsi);
    select({ alert: a?.id ?? null, mmsi, from: "map" });
  });
  map.on("dblclick", (event) => {
    const row = layer.nearest(event.point);
    if (row >= 0) {
      event.preventDefault();
      location.assign(`/vessels/${layer.picture.mmsi[row]}/`);
    }
  });
}

const RIM_PX = 70; // nearer to the edge a place is moved to the middle

function reveal(a, near = false) {
  if (!a || a.lat === null) return;
  requestAnimationFrame(() => {
    map.resize(); // the panel beside it has just opened or closed
    const { x, y } = map.project([a.lon, a.lat]);
    const inside = x > RIM_PX && y > RIM_PX && x < box.clientWidth - RIM_PX && y < box.clientHeight - RIM_PX;
    if (!inside || near) map.easeTo({ center: [a.lon, a.lat], zoom: near ? Math.max(9.5, map.getZoom()) : map.getZoom(), duration: 300 });
  });
}

on("select", ({ alert, from }) => {
  if (!map) return;
  layer.set(layer.picture, standing());
  showEvents(alerts.all, alert);
  wayOf();
  if (from !== "map") reveal(alerts.byId.get(alert));
});
on("alerts", () => {
  if (!map) return;
  layer.set(layer.picture, standing());
  showEvents(alerts.all, selected.alert);
  wayOf();
});
on("zoom-to", () => map && reveal(alerts.byId.get(selected.alert), true));
on("clock", ({ from }) => from !== "tick" && picture());
on("other-days", () => {
  tracks.clear();
  first = true;
});
let late = null;
on("stream:alert", () => {
  clearTimeout(late);
  late = setTimeout(picture, 400);
});

// Live: the stream says that vessels moved, one request brings all that did.
let since = null;
let moving = false;
on("stream:vessels", async () => {
  if (!map || moving || !following()) return;
  moving = true;
  try {
    const changes = await get(`/api/sea/changes?since=${since ?? layer.picture.cursor ?? 0}`);
    since = changes.cursor;
    if (changes.n) {
      layer.update(changes);
      for (let i = 0; i < changes.n; i += 1) said.set(changes.mmsi[i], [changes.name[i], changes.type[i]]);
    }
    emit("heard", { at: changes.at, mode: changes.mode });
    names();
    drawWays();
    count(layer.picture);
  } catch {
    // the next change asks again
  }
  moving = false;
});

// The map greys when a source is late, and says which.
on("feeds", (sources) => {
  const bad = sources.filter((s) => ["late", "cut", "failing"].includes(s.state));
  const old = bad.filter((s) => s.state !== "failing"); // where data still come, the map is true
  const all = old.length > 0 && old.length === sources.length;
  box.classList.toggle("stale", all);
  const say = $("#map-late");
  say.hidden = !bad.length;
  say.classList.toggle("cut", all);
  if (bad.length) {
    const worst = bad.find((s) => s.state === "failing") ?? bad.reduce((a, b) => ((a.age_s ?? 1e12) > (b.age_s ?? 1e12) ? a : b));
    $("span", say).textContent = worst.state === "failing" ? `${worst.name}: ${worst.said || worst.state_name}` : worst.age_s === null
      ? interpolate(gettext("%s: nothing heard yet"), [worst.name])
      : interpolate(gettext("%s: last heard %s ago. What you see there is old."), [worst.name, span(worst.age_s)]);
  }
});
