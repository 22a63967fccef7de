// Vessel names beside the arrows, only where there is room: zoomed in, at most 160 in view.
import { collection, emptySource, point } from "huanqiong/map/chart.js";
import { palette } from "huanqiong/map/palette.js";

const MOST = 160;

export function vesselNames(map, layer) {
  map.addSource("vessel-names", emptySource());
  map.addLayer({
    id: "vessel-names", type: "symbol", source: "vessel-names", minzoom: 8,
    layout: { "text-field": ["get", "name"], "text-size": 10.5, "text-anchor": "left", "text-offset": [0.9, 0], "text-font": ["local"], "text-optional": true },
    paint: { "text-color": palette().name, "text-halo-color": palette().halo, "text-halo-width": 1.2 },
  });
  map.on("hq-recolour", () => {
    map.setPaintProperty("vessel-names", "text-color", palette().name);
    map.setPaintProperty("vessel-names", "text-halo-color", palette().halo);
  });
  let shown = false;
  const draw = () => {
    const far = map.getZoom() < 8;
    if (far && !shown) return;
    const features = [];
    if (!far) {
      const b = map.getBounds();
      const [w, s, e, n] = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
      const p = layer.picture;
      for (let i = 0; i < p.n && features.length <= MOST; i += 1) {
        if (p.lon[i] > w && p.lon[i] < e && p.lat[i] > s && p.lat[i] < n) {
          features.push(point(p.lon[i], p.lat[i], { name: p.name[i] || String(p.mmsi[i]) }));
        }
      }
    }
    shown = features.length > 0 && features.length <= MOST;
    map.getSource("vessel-names").setData(collection(shown ? features : []));
  };
  map.on("moveend", draw);
  return draw;
}
