// A vessel's way, fading with age; where it was silent the line is dashed.
import { collection, emptySource, line, point } from "huanqiong/map/chart.js";
import { palette } from "huanqiong/map/palette.js";

const SILENT_S = 1800;
const PIECES = 40;

export function trackFeatures(track, main = true) {
  const { t, lat, lon } = track;
  const features = [];
  if (t.length < 2) return features;
  const length = t.at(-1) - t[0] || 1;
  let piece = [[lon[0], lat[0]]];
  let began = t[0];
  const flush = (end) => {
    if (piece.length > 1) features.push(line(piece, { age: 1 - (end - t[0]) / length, gap: false, main }));
  };
  for (let i = 1; i < t.length; i += 1) {
    const silent = t[i] - t[i - 1] > SILENT_S;
    if (silent) {
      flush(t[i - 1]);
      features.push(line([[lon[i - 1], lat[i - 1]], [lon[i], lat[i]]], { age: 1 - (t[i] - t[0]) / length, gap: true, main }));
      piece = [[lon[i], lat[i]]];
      began = t[i];
      continue;
    }
    piece.push([lon[i], lat[i]]);
    if (t[i] - began > length / PIECES) {
      flush(t[i]);
      piece = [[lon[i], lat[i]]];
      began = t[i];
    }
  }
  flush(t.at(-1));
  return features;
}

// Cuts a track at a moment, so that a replay shows only what had been seen by then.
export function until(track, at) {
  let n = track.t.length;
  while (n > 0 && track.t[n - 1] > at) n -= 1;
  return n === track.t.length ? track : Object.fromEntries(Object.entries(track).map(([k, v]) => [k, Array.isArray(v) ? v.slice(0, n) : v]));
}

export function trackLayers(map, before) {
  map.addSource("tracks", emptySource());
  map.addSource("spots", emptySource());
  const fade = ["interpolate", ["linear"], ["get", "age"], 0, ["case", ["get", "main"], 1, 0.55], 1, ["case", ["get", "main"], 0.25, 0.08]];
  const paint = (c) => ({
    tracks: { "line-color": ["case", ["get", "main"], c.track, c.cargo], "line-width": ["case", ["get", "main"], 2.2, 1.4], "line-opacity": fade },
    gaps: { "line-color": c.gap, "line-width": ["case", ["get", "main"], 1.8, 1.2], "line-dasharray": [2, 2.4], "line-opacity": ["case", ["get", "main"], 0.95, 0.45] },
    spots: { "circle-radius": ["get", "r"], "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": c.select, "circle-stroke-width": 1.8, "circle-stroke-opacity": 0.9 },
  });
  const c = paint(palette());
  map.addLayer({ id: "tracks", type: "line", source: "tracks", filter: ["!", ["get", "gap"]], layout: { "line-cap": "round", "line-join": "round" }, paint: c.tracks }, before);
  map.addLayer({ id: "gaps", type: "line", source: "tracks", filter: ["get", "gap"], paint: c.gaps }, before);
  map.addLayer({ id: "spots", type: "circle", source: "spots", paint: c.spots });
  map.on("hq-recolour", () => {
    for (const [id, values] of Object.entries(paint(palette()))) for (const [k, v] of Object.entries(values)) map.setPaintProperty(id, k, v);
  });
  return {
    show: (features) => map.getSource("tracks").setData(collection(features)),
    spots: (places) => map.getSource("spots").setData(collection(places.map(([lon, lat, r = 13]) => point(lon, lat, { r })))),
  };
}
