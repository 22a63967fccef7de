// Drawing a polygon: click corners, drag them, undo, finish. With the keyboard: arrows move the map, space sets a corner.
import { collection, emptySource, line, point } from "huanqiong/map/chart.js";
import { palette } from "huanqiong/map/palette.js";

// The first pair of sides that cross, as a point, or null. Said at once; the server decides.
export function crossing(ring) {
  const n = ring.length;
  const side = (p, q, r) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 2; j < n; j += 1) {
      if (i === 0 && j === n - 1) continue;
      const [a, b, c, d] = [ring[i], ring[(i + 1) % n], ring[j], ring[(j + 1) % n]];
      if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) {
        const t = side(c, d, a) / (side(c, d, a) - side(c, d, b));
        return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
      }
    }
  }
  return null;
}

export class Drawing {
  constructor(map, changed) {
    this.map = map;
    this.changed = changed;
    this.corners = [];
    this.on = false;
    this.dragged = -1;
    map.addSource("drawing", emptySource());
    map.addLayer({ id: "drawing-fill", type: "fill", source: "drawing", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": palette().zone, "fill-opacity": 0.14 } });
    map.addLayer({ id: "drawing-line", type: "line", source: "drawing", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": palette().zone, "line-width": 2 } });
    map.addLayer({ id: "drawing-bad", type: "circle", source: "drawing", filter: ["==", ["get", "bad"], true], paint: { "circle-radius": 10, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": palette()[3], "circle-stroke-width": 3 } });
    map.addLayer({ id: "drawing-corners", type: "circle", source: "drawing", filter: ["has", "corner"], paint: { "circle-radius": 6, "circle-color": palette().badge, "circle-stroke-color": palette().zone, "circle-stroke-width": 2.4 } });
    map.on("click", (e) => this.on && !this.moved && this.add([e.lngLat.lng, e.lngLat.lat]));
    map.on("mousedown", (e) => this.grab(e));
    map.on("touchstart", (e) => e.points.length === 1 && this.grab(e));
    for (const name of ["mousemove", "touchmove"]) map.on(name, (e) => this.drag(e));
    for (const name of ["mouseup", "touchend"]) map.on(name, () => this.drop());
    map.on("dblclick", (e) => this.on && e.preventDefault());
  }

  start() {
    this.corners = [];
    this.on = true;
    this.map.getCanvas().style.cursor = "crosshair";
    this.draw();
  }

  stop() {
    this.corners = [];
    this.on = false;
    this.map.getCanvas().style.cursor = "";
    this.draw();
  }

  add(corner) {
    const last = this.corners.at(-1);
    if (last) {
      const [p, q] = [this.map.project(last), this.map.project(corner)];
      if (Math.hypot(p.x - q.x, p.y - q.y) < 4) return; // the second click of a double click
    }
    this.corners.push(corner);
    this.draw();
  }

  undo() {
    this.corners.pop();
    this.draw();
  }

  grab(event) {
    this.moved = false;
    if (!this.on) return;
    const hit = this.map.queryRenderedFeatures([[event.point.x - 8, event.point.y - 8], [event.point.x + 8, event.point.y + 8]], { layers: ["drawing-corners"] })[0];
    if (!hit) return;
    event.preventDefault();
    this.dragged = hit.properties.corner;
  }

  drag(event) {
    if (this.dragged < 0) return;
    this.moved = true;
    this.corners[this.dragged] = [event.lngLat.lng, event.lngLat.lat];
    this.draw();
  }

  drop() {
    this.dragged = -1;
    setTimeout(() => { this.moved = false; });
  }

  draw() {
    const ring = this.corners;
    const features = ring.map(([lon, lat], i) => point(lon, lat, { corner: i }));
    if (ring.length > 1) features.push(line(ring.length > 2 ? [...ring, ring[0]] : ring));
    if (ring.length > 2) features.push({ type: "Feature", properties: {}, geometry: this.geometry() });
    const bad = ring.length > 3 ? crossing(ring) : null;
    if (bad) features.push(point(...bad, { bad: true }));
    this.map.getSource("drawing").setData(collection(features));
    this.changed(ring, bad);
  }

  geometry() {
    return { type: "Polygon", coordinates: [[...this.corners, this.corners[0]]] };
  }
}
