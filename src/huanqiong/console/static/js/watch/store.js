// The alerts in hand: one list, refreshed by the stream, filtered for the queue and the map.
import { get } from "huanqiong/lib/api.js";
import { clock, emit, following, on } from "huanqiong/lib/bus.js";

export const alerts = { all: [], byId: new Map(), counts: {}, total: 0, filter: "open", kind: "", loaded: false, failed: "" };

const STATES = { open: "open,claimed", mine: "claimed", done: "judged,closed,withdrawn", every: "open,claimed,judged,closed,withdrawn" };
export const MOST = 400; // rows held at once: the worst come first
let running = null;
let again = false;

export async function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    const query = new URLSearchParams({ state: STATES[alerts.filter], limit: String(MOST) });
    if (alerts.kind) query.set("kind", alerts.kind);
    if (alerts.filter === "mine") query.set("mine", "1");
    if (!following()) query.set("at", new Date(clock.at * 1000).toISOString());
    if (clock.mode === "as_of") query.set("since", new Date(clock.t0 * 1000).toISOString()); // other years' days are not this shift's
    try {
      const [rows, counts] = await Promise.all([get(`/api/alerts?${query}`), get(`/api/alerts/counts?${query}`)]);
      const known = alerts.byId;
      alerts.counts = counts.by_tier; // "tier:severity" → how many there are, those beyond `MOST` too
      alerts.total = Object.values(counts.by_tier).reduce((a, b) => a + b, 0);
      for (const row of rows) row.fresh = alerts.loaded && !known.has(row.id);
      alerts.all = rows;
      alerts.byId = new Map(rows.map((a) => [a.id, a]));
      alerts.failed = "";
      alerts.loaded = true;
    } catch (error) {
      alerts.failed = error.message;
    }
    emit("alerts", alerts);
  })();
  await running;
  running = null;
  if (again) {
    again = false;
    return refresh();
  }
}

export function setFilter(filter) {
  alerts.filter = filter;
  alerts.loaded = false;
  return refresh();
}

export function setKind(kind) {
  alerts.kind = kind;
  alerts.loaded = false;
  return refresh();
}

let timer = null;
const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, 150);
};
for (const name of ["alert", "distress", "order", "reset"]) on(`stream:${name}`, soon);
