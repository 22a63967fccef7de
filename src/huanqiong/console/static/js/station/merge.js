// The station as the clerk sees it: what the server said last, and what waits on this device, together.
import { unsent } from "huanqiong/lib/unsent.js";
import { copy, sentSince, station } from "huanqiong/station/copy.js";
import { folded } from "huanqiong/station/find.js";

const whose = (row) => row.boat || `=${folded(row.name)}`;
const here = (w) => w.of?.startsWith("sailing:") && !w.refused && w.body.station === station();

// What this device logged and the copy does not show: first what was sent since, then what waits (`waits`: its id).
function own() {
  const shown = new Set((copy()?.trips ?? []).flatMap((t) => [...t.out, ...t.back]).map((e) => e.request_id));
  const sent = sentSince().filter((w) => here(w) && !shown.has(w.id));
  const known = new Set(sent.map((w) => w.id));
  return [...sent.map((w) => ({ ...w, waits: "" })), ...unsent().filter((w) => here(w) && !known.has(w.id)).map((w) => ({ ...w, waits: w.id }))];
}

// Trips, the newest first; `waits`: the id of the wish that has not been sent yet.
export function trips() {
  const rows = (copy()?.trips ?? []).map((t) => ({ ...t }));
  for (const w of own()) {
    const b = w.body;
    const t = Number(b.at);
    const open = rows.find((r) => whose(r) === whose(b) && !r.back.length && r.state !== "lost");
    if (w.of === "sailing:undo") {
      const taken = Number(/sailings\/(\d+)/.exec(w.path)[1]);
      for (const r of rows) {
        r.out = r.out.filter((e) => e.id !== taken);
        r.back = r.back.filter((e) => e.id !== taken);
      }
    } else if (b.kind === "return" && open) {
      Object.assign(open, { state: "back", returned_t: t, back: [{ id: 0, t, by: "", waits: w.waits }] });
    } else if (b.kind === "departure") {
      rows.unshift({ ...b, state: "out", left_t: t, due_t: b.due_at ? Number(b.due_at) : null, returned_t: null, conflicts: [], crew_n: b.crew.length, back: [], out: [{ id: 0, t, by: "", crew: b.crew, crew_n: b.crew.length, waits: w.waits }] });
    } else {
      rows.unshift({ ...b, state: "back", left_t: null, due_t: null, returned_t: t, conflicts: [], crew_n: 0, out: [], back: [{ id: 0, t, by: "", waits: w.waits }] });
    }
  }
  return rows.filter((r) => r.out.length + r.back.length).map((r) => (r.back.length || r.state !== "back" ? r : { ...r, state: "out", returned_t: null }));
}

export const latest = () => Math.max(0, ...trips().flatMap((r) => [...r.out, ...r.back].map((e) => e.t)));

// Boats of the copy, and how each sailed last as this device knows: its own entries count before they are sent.
export function boats() {
  const mine = own().filter((w) => w.body.kind === "departure" && w.of !== "sailing:undo");
  return (copy()?.boats ?? []).map((b) => {
    const last = mine.findLast((w) => w.body.boat === b.code)?.body;
    return last ? { ...b, crew: last.crew, purpose: last.purpose, sailed_t: Number(last.at), away_h: last.due_at ? (last.due_at - last.at) / 3600 : b.away_h } : b;
  });
}
