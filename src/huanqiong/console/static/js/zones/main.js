// Zones: the list, the drawing, and who passed.
import { act, del, get, post } from "huanqiong/lib/api.js";
import { boot, may } from "huanqiong/lib/boot.js";
import { on } from "huanqiong/lib/bus.js";
import { $, h, icon, typing } from "huanqiong/lib/dom.js";
import { number, place, shortTime, span } from "huanqiong/lib/format.js";
import { asMoment, iso, moment, written } from "huanqiong/lib/when.js";
import { chart, collection, emptySource, point } from "huanqiong/map/chart.js";
import { HAINAN, fit, someInView } from "huanqiong/map/fit.js";
import { palette } from "huanqiong/map/palette.js";
import { VesselLayer } from "huanqiong/map/vessels.js";
import { Drawing } from "huanqiong/zones/draw.js";

const map = await chart($("#map"), boot.store.view ?? HAINAN);
const vessels = new VesselLayer();
map.addSource("zones", emptySource());
map.addLayer({ id: "zone-fill", type: "fill", source: "zones", paint: { "fill-color": ["get", "colour"], "fill-opacity": ["case", ["get", "on"], 0.25, 0.1] } });
map.addLayer({ id: "zone-line", type: "line", source: "zones", paint: { "line-color": ["get", "colour"], "line-width": ["case", ["get", "on"], 2.6, 1.4] } });
map.addSource("zone-names", emptySource()); // a point each: a polygon would be named once in every tile
map.addLayer({ id: "zone-name", type: "symbol", source: "zone-names", layout: { "text-field": ["get", "name"], "text-size": 12, "text-font": ["local"] }, paint: { "text-color": palette().place, "text-halo-color": palette().halo, "text-halo-width": 1.4 } });
map.addLayer(vessels);
map.on("mousemove", (e) => { $("#map-cursor").textContent = place(e.lngLat.lat, e.lngLat.lng); });
map.on("hq-recolour", () => {
  map.setPaintProperty("zone-name", "text-color", palette().place);
  map.setPaintProperty("zone-name", "text-halo-color", palette().halo);
});

// Zones are drawn where ships go: the sea as it stands at the store's clock lies under them.
async function traffic() {
  try {
    const p = await get(`/api/sea/picture?at=${Math.round(boot.store.clock.at)}&window_h=${boot.store.window_h ?? 6}`);
    vessels.set(p, new Map());
    if (p.n && (!boot.store.view || !someInView(map, p))) fit(map, p);
  } catch {
    // without it the chart is still there to draw on
  }
}

let zones = [];
let chosen = null;
const drawing = new Drawing(map, (ring, bad) => {
  const error = $("#draw-error");
  error.hidden = !bad;
  if (bad) error.textContent = interpolate(gettext("The outline crosses itself near %s. Drag a corner or undo."), [place(bad[1], bad[0])]);
  $("#draw-say").textContent = interpolate(ngettext("%s corner", "%s corners", ring.length), [ring.length]);
});

async function load() {
  const list = $("#zone-list");
  try {
    zones = (await get(`/api/zones?archived=${$("#archived").checked}`)).features;
  } catch (error) {
    list.replaceChildren(h("li", { class: "empty" }, icon("circle-alert"), error.message));
    return;
  }
  draw();
}

function draw() {
  map.getSource("zone-names").setData(collection(zones.map((z) => point((z.bbox[0] + z.bbox[2]) / 2, (z.bbox[1] + z.bbox[3]) / 2, { name: z.properties.name }))));
  map.getSource("zones").setData(collection(zones.map((z) => ({ ...z, properties: { ...z.properties, on: z.id === chosen } }))));
  $("#zone-list").replaceChildren(...(zones.length ? zones.map(row) : [h("li", { class: "empty" }, icon("pentagon"), h("b", {}, gettext("No zone yet")), may("zones.edit") ? gettext("Draw one: n, then click its corners.") : gettext("A supervisor or analyst draws zones."))]));
}

function row(z) {
  const p = z.properties;
  const swatch = h("span", { class: "dot" });
  swatch.style.color = p.colour;
  const button = !may("zones.edit") ? null : p.archived
    ? h("button", { class: "small", onclick: (e) => { e.stopPropagation(); act(post(`/api/zones/${z.id}/restore`), gettext("Zone restored")).then(load); } }, icon("undo-2"), gettext("Restore"))
    : h("button", { class: "ghost small", title: gettext("Archive"), "aria-label": `${gettext("Archive")} ${p.name}`, onclick: (e) => { e.stopPropagation(); archive(z); } }, icon("archive"));
  return h("li", { role: "option", "aria-selected": String(z.id === chosen), tabindex: "-1", onclick: () => choose(z) }, swatch, h("b", {}, p.name, p.archived ? h("span", { class: "faint" }, ` (${gettext("archived")})`) : null), button, h("small", {}, [p.note, p.by].filter(Boolean).join(" · ")));
}

async function archive(z) {
  if (await act(del(`/api/zones/${z.id}`))) {
    const undo = h("button", { class: "small", onclick: () => act(post(`/api/zones/${z.id}/restore`), gettext("Zone restored")).then(load) }, icon("undo-2"), gettext("Undo"));
    const box = h("div", { class: "toast", role: "status" }, interpolate(gettext("“%s” is archived."), [z.properties.name]), undo);
    $("#toasts").append(box);
    setTimeout(() => box.remove(), 9000);
    load();
  }
}

const form = $("#visit-form");
const c = boot.store.clock;
for (const [name, t] of [["t0", Math.max(c.t0, c.at - 86400)], ["t1", c.at + 60]]) asMoment(form[name]).value = written(t);

function choose(z) {
  chosen = z.id;
  draw();
  const [w, s, e, n] = z.bbox;
  map.fitBounds([[w, s], [e, n]], { padding: 90, maxZoom: 11, duration: 300 });
  $("#visit-box").hidden = false;
  $("#visit-name").textContent = z.properties.name;
  visits();
}

const entered = (v) => (v.before ? [h("span", { class: "faint", title: gettext("It was inside when the data read begin") }, "≤ "), shortTime(v.t0, c.at)] : shortTime(v.t0, c.at));
const stay = (m) => (m < 90 ? interpolate(gettext("%s min"), [number(m)]) : span(m * 60));
const left = (v) => (v.still ? h("span", { class: "chip low" }, gettext("still inside")) : shortTime(v.t1, c.at));

async function visits() {
  const body = $("#visits");
  const say = (text) => body.replaceChildren(h("tr", {}, h("td", { colspan: 5, class: "empty" }, text)));
  if (moment(form.t1.value) <= moment(form.t0.value)) return say(gettext("The end lies before the start."));
  const query = `t0=${encodeURIComponent(iso(form.t0.value))}&t1=${encodeURIComponent(iso(form.t1.value))}`;
  $("#visit-csv").href = `/api/zones/${chosen}/visits.csv?${query}`;
  body.replaceChildren(h("tr", {}, h("td", { colspan: 5, class: "wait" }, h("i"), h("i"))));
  const asked = chosen;
  try {
    const rows = await get(`/api/zones/${chosen}/visits?${query}`);
    if (asked !== chosen) return;
    $("#visit-count").textContent = interpolate(ngettext("%s visit", "%s visits", rows.length), [number(rows.length)]);
    if (!rows.length) return say(gettext("Nobody was heard inside in this time."));
    body.replaceChildren(...rows.map((v) => h("tr", {},
      h("td", { class: "nowrap" }, h("a", { href: `/vessels/${v.mmsi}/` }, v.name || v.mmsi)),
      h("td", { class: "nowrap" }, entered(v)), h("td", { class: "nowrap" }, left(v)), h("td", { class: "num nowrap" }, stay(v.minutes)), h("td", { class: "num", title: interpolate(ngettext("%s report", "%s reports", v.reports), [number(v.reports)]) }, number(v.sog_mean_kn, 1)))));
  } catch (error) {
    say(error.message);
  }
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  visits();
});

// drawing
const drawForm = $("#draw-form");
function begin() {
  if (!may("zones.edit")) return;
  drawing.start();
  drawForm.hidden = false;
  $("#draw-help").hidden = false;
  map.doubleClickZoom.disable();
  map.getCanvas().focus();
}
function end() {
  drawing.stop();
  drawForm.reset();
  drawForm.hidden = true;
  $("#draw-help").hidden = true;
  map.doubleClickZoom.enable();
}
$("#draw")?.addEventListener("click", begin);
$("#draw-undo").addEventListener("click", () => drawing.undo());
$("#draw-stop").addEventListener("click", end);
map.on("dblclick", () => drawing.on && drawForm.name.focus());
drawForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const error = $("#draw-error");
  const refuse = (text) => {
    error.textContent = text;
    error.hidden = false;
  };
  if (drawing.corners.length < 3) return refuse(gettext("A zone needs at least three corners."));
  const data = new FormData(drawForm);
  try {
    const made = await post("/api/zones", { name: data.get("name"), note: data.get("note"), colour: data.get("colour"), geometry: drawing.geometry() });
    end();
    await load();
    choose(made);
  } catch (problem) {
    refuse(problem.message);
  }
});
addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "n" && !drawing.on) begin();
  else if (!drawing.on) return;
  else if (event.key === " ") drawing.add(map.getCenter().toArray());
  else if (event.key === "Backspace") drawing.undo();
  else if (event.key === "Escape") end();
  else if (event.key === "Enter") drawForm.name.focus();
  else return;
  event.preventDefault();
});

$("#archived").addEventListener("change", load);
on("stream:zone", load);
await Promise.all([load(), traffic()]);
document.body.dataset.ready = "1";
