// Meridians and parallels of the view, labelled at its left and top edge.

const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 1 / 6, 1 / 12, 1 / 30, 1 / 60];

function text(value, letters) {
  const minutes = Math.round(Math.abs(value) * 600) / 10;
  const d = Math.floor(minutes / 60 + 1e-9);
  const m = minutes - d * 60;
  return `${d}°${m > 0.05 ? `${String(Math.round(m)).padStart(2, "0")}′` : ""}${letters[value < 0 ? 1 : 0]}`;
}

export function graticule(map) {
  const b = map.getBounds();
  const [w, e] = [Math.max(-180, b.getWest()), Math.min(180, b.getEast())];
  const [s, n] = [Math.max(-84, b.getSouth()), Math.min(84, b.getNorth())];
  const step = STEPS.find((x) => (e - w) / x >= 4) ?? STEPS.at(-1);
  const features = [];
  const add = (coordinates) => features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
  const mark = (lon, lat, t, anchor) =>
    features.push({ type: "Feature", properties: { text: t, anchor }, geometry: { type: "Point", coordinates: [lon, lat] } });
  for (let lon = Math.ceil(w / step) * step; lon <= e; lon += step) {
    add([[lon, s], [lon, n]]);
    mark(lon, n, text(lon, "EW"), "top-left");
  }
  for (let lat = Math.ceil(s / step) * step; lat <= n; lat += step) {
    add([[w, lat], [e, lat]]);
    mark(w, lat, text(lat, "NS"), "bottom-left");
  }
  return { type: "FeatureCollection", features };
}
