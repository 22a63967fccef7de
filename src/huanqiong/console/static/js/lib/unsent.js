// Wishes that must not be lost when the network is away: kept in this browser until the server has answered.
// Each has an id of its own, so that what did get through the first time is not done twice.
import { post } from "huanqiong/lib/api.js";
import { boot } from "huanqiong/lib/boot.js";
import { emit, on } from "huanqiong/lib/bus.js";

const KEY = `hq.unsent.${boot.store?.name}.${boot.person?.code}`;
const AGAIN_MS = 5000;
let busy = false;
let timer = 0;

export function unsent() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function keep(rows) {
  localStorage.setItem(KEY, JSON.stringify(rows));
  emit("unsent", rows);
}

// crypto.randomUUID is there on secure pages only; a boat may reach its station without TLS.
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

// `about` is what the person reads while it waits, `of` what it belongs to.
export function wish(path, body, about, of) {
  keep([...unsent(), { id: newId(), path, body, about, of, made: Date.now(), refused: "" }]);
  return flush();
}

export const forget = (id) => keep(unsent().filter((w) => w.id !== id));

// Sends what waits, oldest first. No answer, or a server in trouble: later again. A refusal stays, with its words.
export async function flush() {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  let done = 0;
  try {
    for (const w of unsent().filter((x) => !x.refused)) {
      const waited = Math.min(7 * 86400, Math.max(0, (Date.now() - w.made) / 1000));
      try {
        const clock = { ...("waited_s" in w.body && { waited_s: waited }), ...("sent_at" in w.body && { sent_at: Date.now() / 1000 }) };
        await post(w.path, { ...w.body, ...clock, request_id: w.id });
        emit("sent-wish", w);
        forget(w.id);
        done += 1;
      } catch (error) {
        if (error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500) {
          emit("unsent-why", error.status);
          break;
        }
        keep(unsent().map((x) => (x.id === w.id ? { ...x, refused: error.message } : x)));
      }
    }
  } finally {
    busy = false;
  }
  if (unsent().some((w) => !w.refused)) timer = setTimeout(flush, AGAIN_MS);
  if (done) emit("sent", done);
}

addEventListener("online", flush);
on("link", (there) => there && flush());
