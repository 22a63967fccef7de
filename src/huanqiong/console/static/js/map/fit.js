// Where a map opens: on the theatre's box, or where the vessels are.

export const HAINAN = [107.7, 17.7, 112.3, 21.3];
const LEAST_DEG = 2; // the first view, in degrees of latitude's length

export function someInView(map, p) {
  const b = map.getBounds();
  let inside = 0;
  for (let i = 0; i < p.n; i += 1) if (b.contains([p.lon[i], p.lat[i]])) inside += 1;
  return inside > p.n * 0.05;
}

export function fit(map, p) {
  const pick = (list, q) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * q)];
  let [w, e, s, n] = [pick(p.lon, 0.03), pick(p.lon, 0.97), pick(p.lat, 0.03), pick(p.lat, 0.97)];
  // Wide enough that some coast says where this is.
  const wide = Math.max(0, LEAST_DEG - (e - w) * Math.cos((n * Math.PI) / 180), 0.3 * (e - w)) / 2 / Math.cos((n * Math.PI) / 180);
  const high = Math.max(0, LEAST_DEG * 0.6 - (n - s), 0.3 * (n - s)) / 2;
  [w, e, s, n] = [w - wide, e + wide, s - high, n + high];
  map.fitBounds([[w, s], [e, n]], { padding: 40, animate: false, maxZoom: 10 });
}
