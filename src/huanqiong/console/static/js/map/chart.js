// The sea chart: coast, graticule and names, from local files only. No boundary is drawn.
import { AttributionControl, Map as GlMap, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { palette } from "huanqiong/map/palette.js";
import { graticule } from "huanqiong/map/graticule.js";

const root = document.documentElement;
const GEO = `${root.dataset.static}geo/`;
const zh = root.lang.startsWith("zh");
const FONT = '"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif';
setWorkerUrl?.(`${root.dataset.static}vendor/maplibre/maplibre-gl-worker.mjs`);

const label = zh ? ["coalesce", ["get", "name_zh"], ["get", "name_en"]] : ["coalesce", ["get", "name_en"], ["get", "name_zh"]];

const NOTHING = { type: "FeatureCollection", features: [] };
// The theatre's own shoreline covers this box; the world's is read only when a view leaves it.
const THEATRE = [105, 15, 118, 23];

function widen(map) {
  const look = () => {
    const b = map.getBounds();
    const inside = b.getWest() >= THEATRE[0] && b.getSouth() >= THEATRE[1] && b.getEast() <= THEATRE[2] && b.getNorth() <= THEATRE[3];
    if (inside) return;
    map.off("moveend", look);
    map.getSource("world").setData(`${GEO}world-land.json`);
    map.getSource("world-coast").setData(`${GEO}world-coast.json`);
  };
  map.on("moveend", look);
  look();
}

function layers(c) {
  return [
    { id: "sea", type: "background", paint: { "background-color": c.sea } },
    { id: "world", type: "fill", source: "world", paint: { "fill-color": c.world, "fill-antialias": false } },
    { id: "land", type: "fill", source: "theatre", paint: { "fill-color": c.land, "fill-antialias": false } },
    { id: "coast-far", type: "line", source: "world-coast", paint: { "line-color": c.coast, "line-width": 0.6 } },
    { id: "coast", type: "line", source: "theatre-coast", paint: { "line-color": c.coast, "line-width": ["interpolate", ["linear"], ["zoom"], 5, 0.5, 10, 1.1] } },
    { id: "grid", type: "line", source: "grid", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": c.grid, "line-width": 1 } },
    { id: "grid-text", type: "symbol", source: "grid", filter: ["==", ["geometry-type"], "Point"],
      layout: { "text-field": ["get", "text"], "text-size": 10, "text-anchor": ["get", "anchor"], "text-offset": [0.2, 0.1], "text-allow-overlap": true, "text-ignore-placement": true, "text-font": ["local"] },
      paint: { "text-color": c.gridText } },
    { id: "sea-names", type: "symbol", source: "seas", minzoom: 3.5,
      layout: { "text-field": label, "text-size": ["interpolate", ["linear"], ["zoom"], 4, 11, 9, 15], "text-letter-spacing": zh ? 0.45 : 0.12, "text-max-width": 9, "text-font": ["local"] },
      paint: { "text-color": c.seaName, "text-halo-color": c.halo, "text-halo-width": 1 } },
    { id: "place-dots", type: "circle", source: "places", minzoom: 6, paint: { "circle-radius": ["case", ["<=", ["coalesce", ["get", "rank"], 2], 1], 2.4, 1.7], "circle-color": c.place, "circle-opacity": 0.8 } },
    { id: "place-names", type: "symbol", source: "places", minzoom: 5,
      layout: { "text-field": label, "text-size": ["case", ["<=", ["coalesce", ["get", "rank"], 2], 1], 12.5, 11], "text-anchor": "left", "text-offset": [0.5, 0], "text-font": ["local"], "symbol-sort-key": ["coalesce", ["get", "rank"], 2] },
      paint: { "text-color": c.place, "text-halo-color": c.halo, "text-halo-width": 1.3 } },
  ];
}

const style = () => ({
  version: 8,
  sources: {
    world: { type: "geojson", data: NOTHING },
    theatre: { type: "geojson", data: `${GEO}theatre-land.json`, tolerance: 0.6, attribution: "GSHHG (LGPL-3) · Natural Earth" },
    "world-coast": { type: "geojson", data: NOTHING },
    "theatre-coast": { type: "geojson", data: `${GEO}theatre-coast.json`, tolerance: 0.6 },
    places: { type: "geojson", data: `${GEO}places.json` },
    seas: { type: "geojson", data: `${GEO}seas.json` },
    grid: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
  },
  layers: layers(palette()),
});

// A map in `container`; resolves when the style is in. `view` is a box [west, south, east, north] or {center, zoom}.
export async function chart(container, view, options = {}) {
  const map = new GlMap({
    container,
    style: style(),
    ...(Array.isArray(view) ? { bounds: view, fitBoundsOptions: { padding: 24 } } : view),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    maxZoom: 16,
    minZoom: 1,
    fadeDuration: 240, // names are placed anew so often, not with every frame
    pixelRatio: Math.min(window.devicePixelRatio || 1, 1.5), // finer costs frames and says nothing more
    localIdeographFontFamily: FONT,
    locale: {
      "NavigationControl.ZoomIn": gettext("Zoom in"), "NavigationControl.ZoomOut": gettext("Zoom out"),
      "AttributionControl.ToggleAttribution": gettext("Sources of the map"), "Map.Title": gettext("Sea chart"),
    },
    ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "nautical", maxWidth: 110 }), "bottom-left");
  map.addControl(new AttributionControl({ compact: true }), "bottom-right");
  await new Promise((resolve) => map.once("style.load", resolve));
  map.once("idle", () => container.querySelector(".maplibregl-compact-show")?.classList.remove("maplibregl-compact-show"));
  const grid = () => map.getSource("grid")?.setData(graticule(map));
  widen(map);
  map.on("moveend", grid);
  grid();
  addEventListener("hq-theme", () => recolour(map));
  container.hqMap = map;
  return map;
}

// Lays the other theme's colours over the layers that are there.
function recolour(map) {
  for (const { id, paint } of layers(palette())) {
    for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
  }
  map.fire("hq-recolour");
}

export const emptySource = () => ({ type: "geojson", data: { type: "FeatureCollection", features: [] } });
export const collection = (features) => ({ type: "FeatureCollection", features });
export const point = (lon, lat, properties = {}) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } });
export const line = (coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type: "LineString", coordinates } });
