// Alerts on the map: the frame's shape and colour say how severe, the sign within says what kind.
import { collection, emptySource, point } from "huanqiong/map/chart.js";
import { palette } from "huanqiong/map/palette.js";
import { kindIcon } from "huanqiong/lib/kinds.js";

const EDGE = 52;
const FRAMES = {
  1: (x) => x.arc(26, 26, 20, 0, 7),
  2: (x) => { x.moveTo(26, 2); x.lineTo(51, 47); x.lineTo(1, 47); x.closePath(); },
  3: (x) => { x.moveTo(26, 0.5); x.lineTo(51.5, 26); x.lineTo(26, 51.5); x.lineTo(0.5, 26); x.closePath(); },
  9: (x) => { x.moveTo(16, 2); x.lineTo(36, 2); x.lineTo(50, 16); x.lineTo(50, 36); x.lineTo(36, 50); x.lineTo(16, 50); x.lineTo(2, 36); x.lineTo(2, 16); x.closePath(); },
};

let sprite = null;
async function signs() {
  sprite ??= fetch(`${document.documentElement.dataset.static}vendor/lucide/sprite.svg`).then((r) => r.text())
    .then((text) => new DOMParser().parseFromString(text, "image/svg+xml"));
  return sprite;
}

async function picture(name, severity, colours) {
  const symbol = (await signs()).getElementById(name);
  const colour = severity === 9 ? "#ffffff" : colours[severity];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 24 24" fill="none" stroke="${colour}" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round">${symbol.innerHTML}</svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = EDGE;
  const x = canvas.getContext("2d");
  x.beginPath();
  FRAMES[severity](x);
  x.fillStyle = severity === 9 ? colours[9] : colours.badge;
  x.fill();
  x.lineWidth = 3;
  x.strokeStyle = colours[severity];
  x.stroke();
  const side = severity === 2 ? 20 : 25;
  x.drawImage(image, 26 - side / 2, (severity === 2 ? 31 : 26) - side / 2, side, side);
  return x.getImageData(0, 0, EDGE, EDGE);
}

export function eventLayer(map) {
  map.addSource("events", emptySource());
  map.addLayer({
    id: "events", type: "symbol", source: "events",
    layout: { "icon-image": ["get", "image"], "icon-size": ["interpolate", ["linear"], ["zoom"], 5, ["case", ["get", "on"], 0.58, ["get", "first"], 0.34, 0.17], 9, ["case", ["get", "on"], 0.68, ["get", "first"], 0.5, 0.34]], "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-offset": [0, -26], "symbol-sort-key": ["get", "severity"] },
    paint: { "icon-opacity": ["case", ["any", ["get", "on"], ["get", "first"]], 1, ["get", "calm"], 0.35, 0.55] },
  });
  let last = { alerts: [], chosen: null };
  const made = new Map();
  const ensure = async (kind, severity) => {
    const id = `ev-${kind}-${severity}`;
    if (!made.has(id)) made.set(id, picture(kindIcon(kind), severity, palette()).then((data) => map.hasImage(id) || map.addImage(id, data, { pixelRatio: 1.25 })));
    await made.get(id);
    return id;
  };
  const show = async (alerts, chosen) => {
    last = { alerts, chosen };
    const features = await Promise.all(
      alerts.filter((a) => a.lat !== null).map(async (a) => {
        const severity = a.distress ? 9 : Math.max(1, Math.min(3, a.severity));
        return point(a.lon, a.lat, { id: a.id, image: await ensure(a.kind, severity), severity: severity + (a.id === chosen ? 20 : a.tier <= 1 ? 10 : 0), on: a.id === chosen, first: a.tier <= 1, calm: a.state === "closed" || a.state === "judged" });
      }),
    );
    map.getSource("events").setData(collection(features));
  };
  map.on("hq-recolour", () => {
    for (const id of made.keys()) map.hasImage(id) && map.removeImage(id);
    made.clear();
    show(last.alerts, last.chosen);
  });
  return show;
}
