// What this device keeps of its station: the boats, their crews of last time, who is out; and the clock it counts with.
import { get } from "huanqiong/lib/api.js";
import { boot } from "huanqiong/lib/boot.js";
import { emit, on } from "huanqiong/lib/bus.js";

const STORE = boot.store.name;
const CHOICE = `hq.choice.${STORE}.station`;
const KEY = `hq.station.${STORE}.${boot.person.code}`;
const MOST_S = 540; // how far a clock that stands still may be counted on: less than the server's own tolerance

export const station = () => {
  const chosen = localStorage.getItem(CHOICE);
  if (boot.stations.some((s) => s.code === chosen)) return chosen;
  return boot.stations.length === 1 ? boot.stations[0].code : "";
};
export const stationName = () => boot.stations.find((s) => s.code === station())?.name ?? "";

export function choose(code) {
  localStorage.setItem(CHOICE, code);
  emit("copy");
  return read();
}

export function copy() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return kept?.station.code === station() ? kept : null;
  } catch {
    return null;
  }
}

// What the server has taken and the copy does not show yet: sent after the copy was asked for.
export function sentSince() {
  try {
    return JSON.parse(localStorage.getItem(`${KEY}.sent`) ?? "[]");
  } catch {
    return [];
  }
}
on("sent-wish", (w) => w.of?.startsWith("sailing:") && localStorage.setItem(`${KEY}.sent`, JSON.stringify([...sentSince(), { ...w, sent_ms: Date.now() }])));

// "" when it was read; else why not: away (no network), signed_out, or the server's words.
export async function read() {
  const code = station();
  if (!code) return "";
  const asked = Date.now();
  try {
    const found = await get(`/api/shore/stations/${encodeURIComponent(code)}`);
    if (code !== station()) return "";
    const ahead = Date.now() / 1000 - found.server_t;
    localStorage.setItem(KEY, JSON.stringify({ ...found, ahead_s: ahead, read_ms: Date.now() }));
    localStorage.setItem(`${KEY}.sent`, JSON.stringify(sentSince().filter((w) => w.sent_ms >= asked)));
    emit("copy");
    return "";
  } catch (error) {
    if (error.status === 401) return "signed_out";
    return error.status === 0 || error.status >= 500 ? "away" : error.message;
  }
}

// The store's time by this device's clock, in seconds since 1970. Where the store's own clock stands still (a drill),
// what was logged here moves it on, so that what came later is later.
export function nowT(latest = 0) {
  const kept = copy();
  const mode = kept?.clock.mode ?? boot.store.clock.mode;
  if (mode === "live") return Date.now() / 1000 - (kept?.ahead_s ?? 0);
  const at = kept?.clock.t ?? boot.store.clock.at;
  const gone = kept ? (Date.now() - kept.read_ms) / 1000 : 0;
  return Math.max(at + Math.min(MOST_S, Math.max(0, gone)), latest + 1);
}
