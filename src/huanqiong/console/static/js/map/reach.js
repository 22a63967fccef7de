// Where she can be on the map: three nested regions that differ in lightness and edge, and the units' ways to her.
import { collection, emptySource, line, point } from "huanqiong/map/chart.js";
import { palette } from "huanqiong/map/palette.js";

export const SHARES = [95, 80, 50];
const DASH = { 95: [1, 2], 80: [4, 2], 50: [1, 0] };
const layer = (share, kind) => `reach-${share}-${kind}`;
const fillOf = (c, share) => ({ "fill-color": c[`reach${share}`], "fill-opacity": share === 50 ? 0.5 : 0.4 });
const lineOf = (c, share) => ({ "line-color": c[`reach${share}`], "line-width": share === 50 ? 1.8 : 1.3, "line-dasharray": DASH[share] });

// Layers below `before`; returns show(regions or null, units, chosen code, fix).
export function reachLayers(map, before) {
  map.addSource("reach", emptySource());
  map.addSource("reach-ways", emptySource());
  map.addSource("reach-points", emptySource());
  const c = palette();
  for (const share of SHARES) {
    const filter = ["==", ["get", "share"], share];
    map.addLayer({ id: layer(share, "fill"), type: "fill", source: "reach", filter, paint: fillOf(c, share) }, before);
    map.addLayer({ id: layer(share, "line"), type: "line", source: "reach", filter, paint: lineOf(c, share) }, before);
  }
  const ways = (p) => ({ "line-color": ["case", ["get", "on"], p.select, p.name], "line-width": ["case", ["get", "on"], 2.2, 1.1], "line-opacity": ["case", ["get", "on"], 1, 0.6] });
  map.addLayer({ id: "reach-ways", type: "line", source: "reach-ways", paint: { ...ways(c), "line-dasharray": [3, 2] } }, before);
  const dots = (p) => ({ "circle-radius": ["case", ["get", "meet"], ["case", ["get", "on"], 8, 5], 4.5], "circle-color": ["case", ["get", "meet"], "rgba(0,0,0,0)", p.select], "circle-stroke-color": ["case", ["get", "on"], p.select, p.name], "circle-stroke-width": ["case", ["get", "on"], 2.4, 1.4] });
  map.addLayer({ id: "reach-dots", type: "circle", source: "reach-points", paint: dots(c) });
  const texts = (p) => ({ "text-color": p.place, "text-halo-color": p.halo, "text-halo-width": 1.6 });
  map.addLayer({ id: "reach-text", type: "symbol", source: "reach-points", filter: ["has", "text"], layout: { "text-field": ["get", "text"], "text-size": 12, "text-font": ["local"], "text-anchor": "left", "text-offset": [0.9, 0], "text-allow-overlap": true, "text-ignore-placement": true, "symbol-sort-key": ["case", ["get", "on"], 1, 0] }, paint: texts(c) });
  map.on("hq-recolour", () => {
    const p = palette();
    const set = (id, values) => Object.entries(values).forEach(([k, v]) => map.setPaintProperty(id, k, v));
    for (const share of SHARES) {
      set(layer(share, "fill"), fillOf(p, share));
      set(layer(share, "line"), lineOf(p, share));
    }
    set("reach-ways", ways(p));
    set("reach-dots", dots(p));
    set("reach-text", texts(p));
  });
  return (regions, units = [], chosen = "", fix = null) => {
    map.getSource("reach").setData(regions ?? collection([]));
    const lines = [];
    const points = [];
    for (const u of units) {
      if (u.lat === null) continue;
      const on = u.code === chosen;
      points.push(point(u.lon, u.lat, { on, meet: false, text: u.name }));
      if (!u.meeting) continue;
      lines.push(line([[u.lon, u.lat], [u.meeting.lon, u.meeting.lat]], { on }));
      points.push(point(u.meeting.lon, u.meeting.lat, { on, meet: true, ...(on ? { text: u.meeting.hm } : {}) }));
      if (on && fix) lines.push(line([[fix.lon, fix.lat], [u.meeting.lon, u.meeting.lat]], { on: false }));
    }
    map.getSource("reach-ways").setData(collection(lines));
    map.getSource("reach-points").setData(collection(points));
  };
}

// The box [west, south, east, north] of a region's outer outline; null for none.
export function boxOf(regions) {
  const outer = regions?.features?.[0]?.geometry;
  if (!outer) return null;
  const rings = (outer.type === "Polygon" ? [outer.coordinates] : outer.coordinates).flat(2);
  const lons = rings.map((p) => p[0]);
  const lats = rings.map((p) => p[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
