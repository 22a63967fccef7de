// What the parts of a page tell one another: one bus, named events, the shared selection and the clock.

const target = new EventTarget();

export const on = (name, fn) => target.addEventListener(name, (e) => fn(e.detail));
export const emit = (name, detail) => target.dispatchEvent(new CustomEvent(name, { detail }));

// The selection: an alert, a vessel, or nothing. `from` says which part chose, so that it does not answer itself.
export const selected = { alert: null, mmsi: null };

export function select({ alert = null, mmsi = null, from = "" }) {
  if (selected.alert === alert && selected.mmsi === mmsi) return;
  Object.assign(selected, { alert, mmsi });
  emit("select", { alert, mmsi, from });
}

// The store's clock, in whole seconds. Live: the server's time; otherwise where the timeline stands.
// `mode`: live (the world's time), feed (a played feed's own time), as_of (an archive's).
export const clock = { mode: "live", at: 0, t0: 0, t1: 0, skew: 0, replaying: false };
export const nowOf = () => (clock.mode === "live" ? Date.now() / 1000 + clock.skew : clock.t1);
export const following = () => clock.mode !== "as_of" && !clock.replaying;

export function setClock(at, from = "") {
  clock.at = Math.round(at);
  emit("clock", { at: clock.at, from });
}
