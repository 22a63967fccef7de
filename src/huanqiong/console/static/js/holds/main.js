// Holds on the chart, and a box drawn by two corners. What is typed and what is drawn are one: the form's two corners.
import { boot } from "huanqiong/lib/boot.js";
import { $, typing } from "huanqiong/lib/dom.js";
import { place } from "huanqiong/lib/format.js";
import { chart, collection, emptySource, point } from "huanqiong/map/chart.js";
import { HAINAN } from "huanqiong/map/fit.js";
import { palette } from "huanqiong/map/palette.js";

const ring = ([w, s, e, n]) => ({ type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] });
const area = (box, properties) => ({ type: "Feature", properties, geometry: ring(box) });
const spanned = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];

const written = ([lon, lat]) => `${Math.abs(lat).toFixed(4)}${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(4)}${lon < 0 ? "W" : "E"}`;

const held = JSON.parse($("#boxes").textContent);
const map = await chart($("#map"), boot.store.view ?? HAINAN);
map.addSource("held", emptySource());
map.addLayer({ id: "held-line", type: "line", source: "held", paint: { "line-color": palette().zone, "line-width": 1.6, "line-dasharray": [3, 2] } });
map.addSource("held-names", emptySource());
map.addLayer({ id: "held-name", type: "symbol", source: "held-names", layout: { "text-field": ["get", "name"], "text-size": 12, "text-font": ["local"], "text-anchor": "top-left", "text-offset": [0.3, 0.2] }, paint: { "text-color": palette().place, "text-halo-color": palette().halo, "text-halo-width": 1.4 } });
map.addSource("wish", emptySource());
map.addLayer({ id: "wish-fill", type: "fill", source: "wish", paint: { "fill-color": palette().zone, "fill-opacity": 0.2 } });
map.addLayer({ id: "wish-line", type: "line", source: "wish", paint: { "line-color": palette().zone, "line-width": 2.4 } });
map.getSource("held").setData(collection(held.map((x) => area(x.box, {}))));
map.getSource("held-names").setData(collection(held.map((x) => point(x.box[0], x.box[3], { name: `№ ${x.id}` }))));
map.on("mousemove", (e) => { $("#map-cursor").textContent = place(e.lngLat.lat, e.lngLat.lng); });
map.on("hq-recolour", () => {
  map.setPaintProperty("held-name", "text-color", palette().place);
  map.setPaintProperty("held-name", "text-halo-color", palette().halo);
});
if (held.length) {
  const [w, s, e, n] = held.map((x) => x.box).reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
  map.fitBounds([[w, s], [e, n]], { padding: 40, maxZoom: 9, animate: false });
}

const form = $("#ask");
const button = $("#draw");
let first = null;
let drawing = false;

const show = (box) => map.getSource("wish").setData(collection(box ? [area(box, {})] : []));

// Typed corners in decimal degrees are drawn at once; other ways of writing are the server's to read.
const DECIMAL = /^(\d+(?:\.\d+)?)\s*([NS])[\s,]+(\d+(?:\.\d+)?)\s*([EW])$/i;
function typed(text) {
  const m = DECIMAL.exec(text.trim());
  return m && [m[3] * (m[4].toUpperCase() === "W" ? -1 : 1), m[1] * (m[2].toUpperCase() === "S" ? -1 : 1)];
}
function follow() {
  const [a, b] = [typed(form.corner_a.value), typed(form.corner_b.value)];
  show(a && b ? spanned(a, b) : null);
}

function draw(on) {
  drawing = on;
  first = null;
  button.setAttribute("aria-pressed", String(on));
  $("#draw-help").hidden = !on;
  map.getCanvas().style.cursor = on ? "crosshair" : "";
  if (on) map.getCanvas().focus();
}

function corner(at) {
  if (!drawing) return;
  if (!first) {
    first = at;
    form.corner_a.value = written(at);
    form.corner_b.value = "";
    show(null);
    return;
  }
  form.corner_b.value = written(at);
  show(spanned(first, at));
  draw(false);
  form.since.focus({ preventScroll: true });
}

if (form) {
  for (const name of ["corner_a", "corner_b"]) form[name].addEventListener("input", follow);
  button.addEventListener("click", () => draw(!drawing));
  map.on("click", (e) => corner(e.lngLat.toArray()));
  map.on("mousemove", (e) => first && show(spanned(first, e.lngLat.toArray())));
  addEventListener("keydown", (event) => {
    if (typing(event) || !drawing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") corner(map.getCenter().toArray());
    else if (event.key === "Escape") draw(false);
    else return;
    event.preventDefault();
  });
  follow();
}
document.body.dataset.ready = "1";
